-- Which periods of which regions have come at all.
select distinct region, period from rollups.told;
