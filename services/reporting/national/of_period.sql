-- Every table of a period that some region has told of.
select region, name, state, release, data from rollups.told where period = $1;
