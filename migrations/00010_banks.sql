-- How asking each bank for its lists goes, so that a reader is told since when
-- it is silent, also after a restart.

-- +goose Up
CREATE TABLE banks (
    bank          TEXT   NOT NULL PRIMARY KEY, -- nbk, cbr
    asked_at      BIGINT NOT NULL,
    answered_at   BIGINT NOT NULL, -- with a list, or that there is none yet; 0: never
    failing_since BIGINT NOT NULL, -- 0: it answers
    trouble       TEXT   NOT NULL  -- why it fails, as rates.Trouble has it; empty: it answers
);

-- +goose Down
DROP TABLE banks;
