-- What an article was before its source changed it, and under which other addresses
-- its page is known. Both go with their article.

-- +goose Up
CREATE TABLE revisions (
    article_id  TEXT   NOT NULL REFERENCES articles (article_id) ON DELETE CASCADE,
    replaced_at BIGINT NOT NULL,
    title       TEXT   NOT NULL, -- what was replaced, or stayed, at that instant
    summary     TEXT   NOT NULL,
    blocks      TEXT   NOT NULL, -- JSON; empty: there was no text yet
    PRIMARY KEY (article_id, replaced_at)
);

CREATE TABLE article_aliases (
    article_id TEXT    NOT NULL REFERENCES articles (article_id) ON DELETE CASCADE,
    alias_id   TEXT    NOT NULL, -- hash of the canonical link that the page gives as its own
    own        BOOLEAN NOT NULL, -- it is of the article's site
    PRIMARY KEY (article_id, alias_id)
);
CREATE INDEX article_aliases_alias ON article_aliases (alias_id);

ALTER TABLE articles ADD COLUMN said BIGINT NOT NULL DEFAULT 0;       -- hash of what its source said last; 0 is not known
ALTER TABLE articles ADD COLUMN edited_at BIGINT NOT NULL DEFAULT 0;  -- when its source says that it was edited; 0: it does not say
ALTER TABLE articles ADD COLUMN rereads INTEGER NOT NULL DEFAULT 0;   -- readings of its page, one after another, that changed nothing
ALTER TABLE articles ADD COLUMN reprint INTEGER NOT NULL DEFAULT 0;   -- 0: what its story is recognised by is what it says
CREATE INDEX articles_reprint ON articles (first_seen_at) WHERE reprint > 0;

-- +goose Down
DROP INDEX articles_reprint;
ALTER TABLE articles DROP COLUMN reprint;
ALTER TABLE articles DROP COLUMN rereads;
ALTER TABLE articles DROP COLUMN edited_at;
ALTER TABLE articles DROP COLUMN said;
DROP TABLE article_aliases;
DROP TABLE revisions;
