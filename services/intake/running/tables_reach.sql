-- Asked for only by rules that count what is open anywhere in the region, and say so: nobody is shown a row.
create policy reach on open_item using (false);
