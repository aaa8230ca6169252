-- Which generation of the feed readers see.
select version from generation where model = 'changes' and state = 'LIVE';
