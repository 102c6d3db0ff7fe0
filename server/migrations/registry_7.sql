-- What was done on the command line beside the server, and stands in no journal yet.
CREATE TABLE unrecorded (
    no  INTEGER PRIMARY KEY AUTOINCREMENT,
    act TEXT NOT NULL
) STRICT;
