-- One schema for SQLite and PostgreSQL: natural keys, instants as BIGINT Unix
-- milliseconds in UTC (0 is "not yet"), texts never NULL, lists as JSON or
-- comma separated. Types both engines know: SQLite takes BOOLEAN and BYTEA as names.

-- +goose Up
CREATE TABLE chats (
    chat_id         BIGINT  PRIMARY KEY,
    kind            TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    language        TEXT    NOT NULL,
    news_languages  TEXT    NOT NULL, -- comma separated; empty is all
    zone            TEXT    NOT NULL,
    thread_id       BIGINT  NOT NULL,
    active          BOOLEAN NOT NULL,
    inactive_reason TEXT    NOT NULL,
    subscribed      BOOLEAN NOT NULL,
    created_at      BIGINT  NOT NULL,
    changed_at      BIGINT  NOT NULL
);

-- Groups that became supergroups: a late word from the old id must not bring it back.
CREATE TABLE chat_moves (
    old_id   BIGINT PRIMARY KEY,
    new_id   BIGINT NOT NULL,
    moved_at BIGINT NOT NULL
);

CREATE TABLE digests (
    chat_id      BIGINT  PRIMARY KEY REFERENCES chats (chat_id),
    minute       INTEGER NOT NULL, -- of the day, in the chat's zone
    weekdays     INTEGER NOT NULL, -- bit 0 is Monday
    next_at      BIGINT  NOT NULL,
    last_slot_at BIGINT  NOT NULL, -- when the last digest was made, or its slot if that is later
    is_on        BOOLEAN NOT NULL,
    changed_at   BIGINT  NOT NULL
);
CREATE INDEX digests_due ON digests (next_at) WHERE is_on;

-- A slot is settled once: this key is why a digest never comes twice.
CREATE TABLE digest_slots (
    chat_id    BIGINT  NOT NULL,
    slot_at    BIGINT  NOT NULL,
    sent       BOOLEAN NOT NULL,
    note       TEXT    NOT NULL,
    settled_at BIGINT  NOT NULL,
    PRIMARY KEY (chat_id, slot_at)
);

CREATE TABLE sources (
    source_id     TEXT    PRIMARY KEY,
    title         TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    topics        TEXT    NOT NULL, -- JSON list
    selectors     TEXT    NOT NULL, -- JSON object
    paused        BOOLEAN NOT NULL,
    etag          TEXT    NOT NULL,
    last_modified TEXT    NOT NULL,
    next_poll_at  BIGINT  NOT NULL,
    last_ok_at    BIGINT  NOT NULL,
    last_error    TEXT    NOT NULL,
    failures      INTEGER NOT NULL,
    listed_at     BIGINT  NOT NULL, -- when its items were last read
    created_at    BIGINT  NOT NULL
);

CREATE TABLE articles (
    article_id    TEXT    PRIMARY KEY, -- hash of the canonical link
    source_id     TEXT    NOT NULL REFERENCES sources (source_id),
    story_id      TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    topic         TEXT    NOT NULL,
    published_at  BIGINT  NOT NULL,
    first_seen_at BIGINT  NOT NULL,
    listed_at     BIGINT  NOT NULL, -- when its source last listed it, within some hours
    text_state    TEXT    NOT NULL,
    text_due_at   BIGINT  NOT NULL,
    text_tries    INTEGER NOT NULL,
    text_error    TEXT    NOT NULL,
    link          TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    author        TEXT    NOT NULL,
    image         TEXT    NOT NULL,
    summary       TEXT    NOT NULL,
    fingerprint   BYTEA,
    story_set     BOOLEAN NOT NULL, -- its story has been looked for
    blocks        TEXT    NOT NULL -- JSON; last, since it is long and seldom read
);
CREATE INDEX articles_published ON articles (published_at, article_id);
CREATE INDEX articles_story ON articles (story_id, first_seen_at);
CREATE INDEX articles_seen ON articles (first_seen_at, language, story_id);
CREATE INDEX articles_unassigned ON articles (first_seen_at) WHERE NOT story_set;
CREATE INDEX articles_pending ON articles (published_at) WHERE text_state = 'pending';

-- Decimals are TEXT: no engine may round a rate.
CREATE TABLE rates (
    code       TEXT   NOT NULL,
    rate_date  BIGINT NOT NULL, -- midnight UTC of the civil date
    nominal    BIGINT NOT NULL,
    value      TEXT   NOT NULL,
    change     TEXT   NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (code, rate_date)
);
CREATE INDEX rates_date ON rates (rate_date);

-- A message is stored once, however many chats it goes to.
CREATE TABLE payloads (
    payload_id TEXT   PRIMARY KEY, -- hash of body
    body       TEXT   NOT NULL,    -- JSON
    used_at    BIGINT NOT NULL
);

CREATE TABLE broadcasts (
    broadcast_id        TEXT    PRIMARY KEY,
    editor_id           BIGINT  NOT NULL,
    editor_chat         BIGINT  NOT NULL,
    language            TEXT    NOT NULL,
    payload_id          TEXT    NOT NULL REFERENCES payloads (payload_id),
    state               TEXT    NOT NULL,
    total               INTEGER NOT NULL,
    planned             INTEGER NOT NULL,
    sent                INTEGER NOT NULL,
    failed              INTEGER NOT NULL,
    gone                INTEGER NOT NULL,
    cursor_id           BIGINT  NOT NULL, -- chats up to this id have their delivery
    planned_all         BOOLEAN NOT NULL,
    reported            BOOLEAN NOT NULL,
    progress_message_id BIGINT  NOT NULL,
    created_at          BIGINT  NOT NULL,
    started_at          BIGINT  NOT NULL,
    finished_at         BIGINT  NOT NULL
);
CREATE INDEX broadcasts_open ON broadcasts (created_at) WHERE NOT reported;

CREATE TABLE outbox (
    delivery_key TEXT    PRIMARY KEY,
    chat_id      BIGINT  NOT NULL,
    thread_id    BIGINT  NOT NULL,
    lane         INTEGER NOT NULL,
    batch        TEXT    NOT NULL, -- broadcast_id, or empty
    payload_id   TEXT    NOT NULL REFERENCES payloads (payload_id),
    state        TEXT    NOT NULL,
    due_at       BIGINT  NOT NULL,
    attempts     INTEGER NOT NULL,
    holder       TEXT    NOT NULL,
    lease_until  BIGINT  NOT NULL,
    message_id   BIGINT  NOT NULL,
    reason       TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    settled_at   BIGINT  NOT NULL
);
CREATE INDEX outbox_ready ON outbox (lane, due_at, delivery_key) WHERE state = 'pending';
CREATE INDEX outbox_sending ON outbox (lease_until) WHERE state = 'sending';
CREATE INDEX outbox_batch ON outbox (batch) WHERE batch <> '';
CREATE INDEX outbox_payload ON outbox (payload_id);

CREATE TABLE dialogs (
    chat_id    BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    data       TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, user_id)
);

CREATE TABLE updates (
    update_id BIGINT PRIMARY KEY,
    seen_at   BIGINT NOT NULL
);

CREATE TABLE leases (
    role       TEXT   PRIMARY KEY,
    holder     TEXT   NOT NULL,
    held_until BIGINT NOT NULL
);

-- +goose Down
DROP TABLE leases;
DROP TABLE updates;
DROP TABLE dialogs;
DROP TABLE outbox;
DROP TABLE broadcasts;
DROP TABLE payloads;
DROP TABLE rates;
DROP TABLE articles;
DROP TABLE sources;
DROP TABLE digest_slots;
DROP TABLE digests;
DROP TABLE chat_moves;
DROP TABLE chats;
