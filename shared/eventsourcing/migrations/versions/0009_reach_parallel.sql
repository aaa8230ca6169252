-- Policies and views only read what a statement has said of its reach, so processes that share the work of a statement may ask.
alter function reach_centres() parallel safe;
alter function reach_confidential() parallel safe;
alter function reach_orgs() parallel safe;
alter function reach_subjects() parallel safe;
alter function reach_staff() parallel safe;
alter function reach_whole() parallel safe;
