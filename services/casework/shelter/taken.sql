-- Places taken now, from the rows that the appends themselves change.
select unit, taken from occupancy where unit = any ($1);
