-- Ages and their views.

-- Age code at a day: out of the birth month, else what was told. The bands are those of shared/codes/age.py.
create function age_at(birth_month integer, told text, day date) returns text language sql immutable parallel safe
return case
    when birth_month is null then told
    else coalesce(
        (array['Y0T4', 'Y5T11', 'Y12T14', 'Y15T17', 'Y18T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44', 'Y45T59', 'Y_GE60'])[
            width_bucket(
                floor((date_part('year', day) * 12 + date_part('month', day) - 1 - birth_month) / 12)::integer,
                array[0, 5, 12, 15, 18, 25, 30, 35, 40, 45, 60, 131])
        ],
        told)
    end;

create function a2_of(age text) returns text language sql immutable parallel safe
return case
    when age in ('Y0T4', 'Y5T11', 'Y12T14', 'Y15T17', 'Y0T17') then 'Y0T17'
    when age = '_U' then '_U'
    else 'Y_GE18'
    end;

create function a5_of(age text) returns text language sql immutable parallel safe
return case
    when age in ('Y12T14', 'Y15T17') then 'Y12T17'
    when age in ('Y0T17', 'Y_GE18', '_U') then '_U'
    when age in ('Y0T4', 'Y5T11', 'Y_GE60') then age
    else 'Y18T59'
    end;

create function a11_of(age text) returns text language sql immutable parallel safe
return case when age in ('Y0T17', 'Y_GE18') then '_U' else age end;
