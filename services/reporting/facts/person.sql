-- repeats: the steps of one person in a batch are applied together, in the order of their versions.
select apply_person($1::text[]::said_of_person[]);
