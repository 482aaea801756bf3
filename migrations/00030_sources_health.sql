-- How often a source is asked and why it fails are the source's own facts: they
-- have to outlast a restart, as what editors have been told of it has to.

-- +goose Up
ALTER TABLE sources ADD COLUMN body_hash TEXT NOT NULL DEFAULT '';        -- of the body read last
ALTER TABLE sources ADD COLUMN gap_ms BIGINT NOT NULL DEFAULT 0;          -- mean time between two items; 0 is not known
ALTER TABLE sources ADD COLUMN asked_ms BIGINT NOT NULL DEFAULT 0;        -- for how long the feed asks to be left alone
ALTER TABLE sources ADD COLUMN newest_at BIGINT NOT NULL DEFAULT 0;       -- the date of its newest item
ALTER TABLE sources ADD COLUMN brought_at BIGINT NOT NULL DEFAULT 0;      -- when a reading last brought something new
ALTER TABLE sources ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';         -- where it says it has moved for good
ALTER TABLE sources ADD COLUMN moved_times INTEGER NOT NULL DEFAULT 0;    -- how often in a row it has said so
ALTER TABLE sources ADD COLUMN moved_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN failing_since BIGINT NOT NULL DEFAULT 0;   -- the first of the failures in a row
ALTER TABLE sources ADD COLUMN reason TEXT NOT NULL DEFAULT '';           -- class of the last failure
ALTER TABLE sources ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;         -- when editors were told that it fails
ALTER TABLE sources ADD COLUMN quiet_told_at BIGINT NOT NULL DEFAULT 0;   -- when editors were told that it brings nothing
ALTER TABLE sources ADD COLUMN pause_reason TEXT NOT NULL DEFAULT '';     -- class, when it was paused by itself
ALTER TABLE sources ADD COLUMN removed BOOLEAN NOT NULL DEFAULT FALSE;    -- its articles still name it

-- How many articles a source brought on a day, by the day they were published.
CREATE TABLE source_days (
    source_id TEXT    NOT NULL,
    day       BIGINT  NOT NULL, -- midnight UTC
    added     INTEGER NOT NULL,
    PRIMARY KEY (source_id, day)
);

-- What editors have been told that is about no source in particular.
CREATE TABLE notices (
    topic    TEXT   PRIMARY KEY,
    since_at BIGINT NOT NULL,
    told_at  BIGINT NOT NULL -- 0: not yet
);

-- +goose Down
DROP TABLE notices;
DROP TABLE source_days;
ALTER TABLE sources DROP COLUMN removed;
ALTER TABLE sources DROP COLUMN pause_reason;
ALTER TABLE sources DROP COLUMN quiet_told_at;
ALTER TABLE sources DROP COLUMN told_at;
ALTER TABLE sources DROP COLUMN reason;
ALTER TABLE sources DROP COLUMN failing_since;
ALTER TABLE sources DROP COLUMN moved_since;
ALTER TABLE sources DROP COLUMN moved_times;
ALTER TABLE sources DROP COLUMN moved_to;
ALTER TABLE sources DROP COLUMN brought_at;
ALTER TABLE sources DROP COLUMN newest_at;
ALTER TABLE sources DROP COLUMN asked_ms;
ALTER TABLE sources DROP COLUMN gap_ms;
ALTER TABLE sources DROP COLUMN body_hash;
