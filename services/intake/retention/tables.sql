-- How long a person's data have been needed: open days and ids only. What a birthday decides is asked for when it matters.
-- merged_on: the day on which another record took its place.
create table client (
    client_id uuid primary key,
    centre    text not null,
    on_day    date not null,
    merged_on date
);
-- The last day on which anything was done with or for somebody; also of people who are no clients.
create table contact (
    subject_id uuid primary key,
    on_day     date not null
);
-- Cases of clients. closed_on: null while the case runs. protected: trafficking, violence or another protection matter, as
-- far as open fields tell (confidential, or protection was assessed): then the longer time holds.
create table case_file (
    case_id   uuid primary key,
    client_id uuid not null,
    closed_on date,
    protected boolean not null
);
create index case_file_client on case_file (client_id);
