-- Cases, stays and referrals of clients. A row stays when its item ends, since a case may be opened again.
create table open_item (
    stream_id uuid primary key,
    kind      text not null,
    client_id uuid not null,
    centre    text not null,
    open      boolean not null default true
);
create index open_item_client on open_item (client_id) where open;
