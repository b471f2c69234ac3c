"""Pure rules of sources: reports, kinds of feeds, headings, rows, matching, facts."""
