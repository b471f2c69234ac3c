-- The rules of 邢台 as somebody would write them who knows DuckDB and these files, for this pack and no other.
-- What costs little is asked first: only households with large or unclear bills, a casualty, or no earnings of late
-- are joined to the incomes of a year. Names in braces are values of the pack.

CREATE TEMP TABLE bill AS
SELECT {key},
  coalesce(sum(paid) FILTER (WHERE cause = 'ILLNESS'), 0) AS illness,
  count(*) FILTER (WHERE cause = 'ILLNESS' AND paid IS NULL) AS illness_unknown,
  coalesce(sum(paid) FILTER (WHERE cause = 'ILLNESS' AND is_listed), 0) AS listed,
  count(*) FILTER (WHERE cause = 'ILLNESS' AND (detail IS NULL OR (is_listed AND paid IS NULL))) AS listed_unknown,
  coalesce(sum(paid) FILTER (WHERE cause = 'STUDY'), 0) AS study,
  count(*) FILTER (WHERE cause = 'STUDY' AND paid IS NULL) AS study_unknown,
  coalesce(sum(paid) FILTER (WHERE cause = 'STUDY' AND is_listed), 0) AS covered,
  count(*) FILTER (WHERE cause = 'STUDY' AND (detail IS NULL OR (is_listed AND paid IS NULL))) AS covered_unknown,
  coalesce(sum(paid) FILTER (WHERE cause = 'DISASTER'), 0) AS disaster,
  count(*) FILTER (WHERE cause = 'DISASTER' AND paid IS NULL) AS disaster_unknown,
  coalesce(sum(paid) FILTER (WHERE cause = 'ACCIDENT'), 0) AS accident,
  count(*) FILTER (WHERE cause = 'ACCIDENT' AND paid IS NULL) AS accident_unknown
FROM (
  SELECT {key}, cause, detail, coalesce(self_paid_fen, gross_fen - reimbursed_fen) AS paid,
    CASE cause WHEN 'ILLNESS' THEN detail IN ({diseases}) WHEN 'STUDY' THEN detail IN ({schools}) END AS is_listed
  FROM '{spending}'
  WHERE event_date >= DATE '{spending_from}' AND event_date < DATE '{spending_until}'
    AND cause IN ('ILLNESS', 'STUDY', 'DISASTER', 'ACCIDENT')
)
GROUP BY {key}
HAVING listed >= {illness_least} OR listed_unknown > 0 OR covered >= {study_least} OR covered_unknown > 0
  OR disaster >= {disaster_least} OR disaster_unknown > 0 OR accident >= {accident_least} OR accident_unknown > 0;

CREATE TEMP TABLE casualty AS
SELECT {key}, bool_or(kind = 'HOUSE_DAMAGED') AS house, bool_or(kind <> 'HOUSE_DAMAGED') AS hurt
FROM '{status}'
WHERE kind IN ('HOUSE_DAMAGED', 'INJURY', 'DEATH')
  AND from_date >= DATE '{spending_from}' AND from_date < DATE '{spending_until}' AND from_date <= DATE '{today}'
GROUP BY {key};

CREATE TEMP TABLE idle AS
SELECT {key}, sum(CASE kind WHEN 'COST' THEN -amount_fen WHEN 'CLAIMS' THEN 0 ELSE amount_fen END) AS recent_net
FROM '{income}'
WHERE month >= DATE '{recent_from}' AND month < DATE '{recent_until}'
GROUP BY {key}
HAVING count(*) = count(amount_fen)
  AND coalesce(sum(CASE kind WHEN 'COST' THEN -amount_fen WHEN 'CLAIMS' THEN 0 WHEN 'TRANSFER' THEN 0
                   ELSE amount_fen END), 0) <= 0;

CREATE TEMP TABLE asked AS SELECT {key} FROM bill UNION SELECT {key} FROM casualty UNION SELECT {key} FROM idle;

CREATE TEMP TABLE candidate AS
SELECT {key}, bill.* EXCLUDE ({key}), house, hurt, recent_net, members, able
FROM (
  SELECT {key}, count(*) AS members, count(*) FILTER (WHERE labour IN ('ORDINARY', 'SKILLED', 'WEAK')) AS able
  FROM '{person}' SEMI JOIN asked USING ({key}) GROUP BY {key}
)
LEFT JOIN bill USING ({key}) LEFT JOIN casualty USING ({key}) LEFT JOIN idle USING ({key})
WHERE listed IS NOT NULL OR house IS NOT NULL
  OR (able > 0 AND recent_net * {share_below} < {share_above} * {line} * members);

WITH earned AS (
  SELECT {key}, count(*) = count(amount_fen) AS is_known,
    sum(CASE kind WHEN 'COST' THEN -amount_fen WHEN 'CLAIMS' THEN 0 ELSE amount_fen END) AS net
  FROM '{income}' SEMI JOIN candidate USING ({key})
  WHERE month >= DATE '{income_from}' AND month < DATE '{income_until}'
  GROUP BY {key}
),
typed AS (
  SELECT c.{key},
    CASE WHEN is_known THEN net > {line} * members AND net * {multiple_below} <= {multiple_above} * {line} * members END
      AS monitored,
    poverty_status = 'EXITED' AND is_exit_unstable AS unstable,
    poverty_status = 'NEVER' AND is_low_income AS marginal,
    coalesce(illness, 0) AS illness, coalesce(illness_unknown, 0) AS illness_unknown,
    coalesce(listed, 0) AS listed, coalesce(listed_unknown, 0) AS listed_unknown,
    coalesce(study, 0) AS study, coalesce(study_unknown, 0) AS study_unknown,
    coalesce(covered, 0) AS covered, coalesce(covered_unknown, 0) AS covered_unknown,
    coalesce(disaster, 0) AS disaster, coalesce(disaster_unknown, 0) AS disaster_unknown,
    coalesce(accident, 0) AS accident, coalesce(accident_unknown, 0) AS accident_unknown,
    coalesce(house, FALSE) AS house, coalesce(hurt, FALSE) AS hurt, recent_net, members, able,
    {illness_start} AS illness_start, {study_start} AS study_start, {disaster_start} AS disaster_start,
    {accident_start} AS accident_start
  FROM candidate AS c JOIN '{household}' AS h USING ({key}) LEFT JOIN earned USING ({key})
),
-- NULL: nobody knows whether the household is of a watched type; a bill then warns as undecided.
watched AS (
  SELECT *, monitored OR unstable OR marginal AS is_watched,
    CASE WHEN monitored THEN 'MONITORED' WHEN unstable THEN 'EXIT_UNSTABLE' WHEN marginal THEN 'MARGINAL' END AS type_key
  FROM typed
),
hit AS (
  SELECT {key}, type_key, unnest(list_filter([
    CASE WHEN coalesce(is_watched, TRUE) AND (listed >= illness_start
        OR (listed_unknown > 0 AND (illness >= illness_start OR illness_unknown > 0)))
      THEN {{'place': 0, 'trigger_key': 'illness', 'cause': 'ILLNESS', 'measured': CAST(listed AS BIGINT),
        'threshold': CAST(illness_start AS BIGINT),
        'is_undecided': NOT coalesce(is_watched AND listed >= illness_start, FALSE)}} END,
    CASE WHEN coalesce(is_watched, TRUE) AND (covered >= study_start
        OR (covered_unknown > 0 AND (study >= study_start OR study_unknown > 0)))
      THEN {{'place': 1, 'trigger_key': 'study', 'cause': 'STUDY', 'measured': CAST(covered AS BIGINT),
        'threshold': CAST(study_start AS BIGINT),
        'is_undecided': NOT coalesce(is_watched AND covered >= study_start, FALSE)}} END,
    CASE WHEN coalesce(is_watched, TRUE) AND (disaster >= disaster_start OR disaster_unknown > 0)
      THEN {{'place': 2, 'trigger_key': 'disaster', 'cause': 'DISASTER', 'measured': CAST(disaster AS BIGINT),
        'threshold': CAST(disaster_start AS BIGINT),
        'is_undecided': NOT coalesce(is_watched AND disaster >= disaster_start, FALSE)}} END,
    CASE WHEN coalesce(is_watched, TRUE) AND (accident >= accident_start OR accident_unknown > 0)
      THEN {{'place': 3, 'trigger_key': 'accident', 'cause': 'ACCIDENT', 'measured': CAST(accident AS BIGINT),
        'threshold': CAST(accident_start AS BIGINT),
        'is_undecided': NOT coalesce(is_watched AND accident >= accident_start, FALSE)}} END,
    CASE WHEN is_watched AND house
      THEN {{'place': 4, 'trigger_key': 'house_damaged', 'cause': 'DISASTER', 'measured': CAST(1 AS BIGINT),
        'threshold': CAST(1 AS BIGINT), 'is_undecided': FALSE}} END,
    CASE WHEN is_watched AND hurt
      THEN {{'place': 5, 'trigger_key': 'casualty', 'cause': 'ACCIDENT', 'measured': CAST(1 AS BIGINT),
        'threshold': CAST(1 AS BIGINT), 'is_undecided': FALSE}} END,
    CASE WHEN is_watched AND able > 0 AND recent_net * {share_below} < {share_above} * {line} * members
      THEN {{'place': 6, 'trigger_key': 'income_loss', 'cause': 'EMPLOYMENT',
        'measured': CAST(floor(recent_net / members) AS BIGINT),
        'threshold': CAST({line} * {share_above} // {share_below} AS BIGINT), 'is_undecided': FALSE}} END
  ], lambda found: found IS NOT NULL), recursive := TRUE)
  FROM watched
)
SELECT {key}, type_key, trigger_key, cause, measured, threshold, is_undecided
FROM hit
QUALIFY row_number() OVER (PARTITION BY {key}, cause ORDER BY is_undecided, place) = 1
ORDER BY {key}, cause
