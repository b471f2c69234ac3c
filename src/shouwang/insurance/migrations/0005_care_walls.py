"""Who reads and writes the rows of long-term care, and what the database holds to whatever the program does."""

from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

OWN = rls.setting("organisation", "bigint")
ASSESSOR, PROVIDER = f"assessor_id = {OWN}", f"provider_id = {OWN}"
# The county centre and auditors read persons of their area; those above it and the leading group what was paid.
PEOPLE = (Kind.COUNTY_CENTRE, Kind.AUDIT)
BILLS = (*PEOPLE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE)
READ_PEOPLE = f"{rls.in_scope('slot')} and {rls.of_kinds(PEOPLE)}"
READ_BILLS = f"{rls.in_scope('slot')} and {rls.of_kinds(BILLS)}"
NOBODY = frozenset({Kind.SYSTEM})
PAYER = frozenset({Kind.COUNTY_CENTRE})  # where the pack says that the county pays

ADDED_ONLY = ("careassessment", "caresettlement", "careline", "careevent")
NEVER_REMOVED = ("careinsured", "careapplication", "careplan", "careday", "carebill")

EXCLUSION = """
alter table insurance_careplan add constraint careplan_once_a_day
    exclude using gist (int8range(insured_id, insured_id, '[]') with &&, daterange(from_date, until_date) with &&);
"""
# It runs as the owner: a provider sees neither whom it cares for nor what was assessed, and must be refused all the same.
WITHIN = """
create function insurance_careday_within() returns trigger language plpgsql security definer
    set search_path = public, pg_temp as $$
declare
    plan insurance_careplan;
    who insurance_careinsured;
    level insurance_careassessment;
begin
    if new.is_struck then
        return new;
    end if;
    select * into plan from insurance_careplan where id = new.plan_id;
    select * into who from insurance_careinsured where id = plan.insured_id;
    if new.insured_id <> plan.insured_id or new.provider_id <> plan.provider_id or new.office_id <> plan.office_id
       or new.mode <> plan.mode or new."on" < plan.from_date or new."on" >= plan.until_date then
        raise exception 'careday_within_plan' using errcode = '23514', constraint = 'careday_within_plan';
    end if;
    if new."on" > who.died_on or new."on" >= who.ended_on or new."on" < who.from_date then
        raise exception 'careday_within_insurance' using errcode = '23514', constraint = 'careday_within_insurance';
    end if;
    select * into level from insurance_careassessment
        where insured_id = plan.insured_id and from_date <= new."on" order by from_date desc, id desc limit 1;
    if level.id is null or level.level = '' or new."on" >= level.until_date then
        raise exception 'careday_within_assessment' using errcode = '23514', constraint = 'careday_within_assessment';
    end if;
    return new;
end $$;
revoke all on function insurance_careday_within() from public;
create trigger careday_within before insert or update of plan_id, insured_id, provider_id, mode, "on", is_struck
    on insurance_careday for each row execute function insurance_careday_within();
"""
BACK = "drop trigger careday_within on insurance_careday; drop function insurance_careday_within();"


class Migration(migrations.Migration):
    dependencies = [("insurance", "0004_care"), ("people", "0006_care_provider")]

    operations = [
        *rls.scoped("insurance_careinsured", kinds=NOBODY, own_organisation="office_id",
                    also_read=f"{READ_PEOPLE} or {ASSESSOR}"),
        *rls.scoped("insurance_careapplication", kinds=NOBODY, own_organisation="office_id", also=ASSESSOR,
                    also_read=READ_PEOPLE),
        *rls.scoped("insurance_careassessment", kinds=NOBODY, own_organisation="assessor_id",
                    also_read=f"{READ_PEOPLE} or office_id = {OWN}"),
        *rls.scoped("insurance_careplan", kinds=NOBODY, own_organisation="office_id",
                    also_read=f"{READ_PEOPLE} or {PROVIDER}"),
        *rls.scoped("insurance_careday", kinds=NOBODY, own_organisation="office_id", also=PROVIDER,
                    also_read=READ_PEOPLE),
        *rls.scoped("insurance_carebill", kinds=PAYER, own_organisation="office_id", also=PROVIDER,
                    also_read=READ_BILLS),
        *rls.scoped("insurance_careevent", kinds=PAYER, own_organisation="office_id", also=PROVIDER,
                    also_read=READ_BILLS),
        *rls.scoped("insurance_caresettlement", kinds=NOBODY, own_organisation="office_id",
                    also_read=f"{READ_BILLS} or {PROVIDER}"),
        *rls.scoped("insurance_careline", kinds=NOBODY, own_organisation="office_id",
                    also_read=f"{READ_PEOPLE} or {PROVIDER}"),
        *(operation for table in ADDED_ONLY for operation in rls.insert_only(f"insurance_{table}")),
        *(
            migrations.RunSQL(
                f"revoke delete, truncate on insurance_{table} from {rls.APP};",
                f"grant delete on insurance_{table} to {rls.APP};",
            )
            for table in NEVER_REMOVED
        ),
        migrations.RunSQL(EXCLUSION, "alter table insurance_careplan drop constraint careplan_once_a_day;"),
        migrations.RunSQL(WITHIN, BACK),
    ]  # fmt: skip
