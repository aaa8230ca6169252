-- Whether anybody was forgotten since an instant: then an answer as of that instant lacks them.
select exists (select from facts.forgotten where forgotten_at > $1 and centre = any ($2::text[]) and (select within_reach($3))) as forgotten;
