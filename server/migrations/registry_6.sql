-- Which browser a session was opened with, as it says itself.
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';
