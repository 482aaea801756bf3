-- Rates belong to a bank and a currency that they are in: their book, as
-- rates.Book.Key names it. All there were before are the National Bank of
-- Kazakhstan's, in tenge. A key cannot be changed in place on both engines, so
-- that the tables are made anew.

-- +goose Up
CREATE TABLE rates_of_books (
    book       TEXT   NOT NULL, -- nbk, cbr, cbr:KZT
    code       TEXT   NOT NULL,
    rate_date  BIGINT NOT NULL, -- midnight UTC of the civil date
    nominal    BIGINT NOT NULL,
    value      TEXT   NOT NULL, -- decimals are TEXT: no engine may round a rate
    change     TEXT   NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (book, code, rate_date)
);
INSERT INTO rates_of_books (book, code, rate_date, nominal, value, change, fetched_at)
    SELECT 'nbk', code, rate_date, nominal, value, change, fetched_at FROM rates;
DROP TABLE rates;
ALTER TABLE rates_of_books RENAME TO rates;
CREATE INDEX rates_date ON rates (book, rate_date);

CREATE TABLE rateless_days_of_books (
    book      TEXT   NOT NULL,
    rate_date BIGINT NOT NULL, -- midnight UTC of the civil date
    asked_at  BIGINT NOT NULL,
    PRIMARY KEY (book, rate_date)
);
INSERT INTO rateless_days_of_books (book, rate_date, asked_at) SELECT 'nbk', rate_date, asked_at FROM rateless_days;
DROP TABLE rateless_days;
ALTER TABLE rateless_days_of_books RENAME TO rateless_days;

-- A threshold is a price in the book's currency; an alert waits while another book is shown.
CREATE TABLE alerts_of_books (
    book       TEXT    NOT NULL,
    chat_id    BIGINT  NOT NULL,
    code       TEXT    NOT NULL,
    kind       TEXT    NOT NULL, -- above, below, change
    threshold  TEXT    NOT NULL, -- the price of nominal units; per cent for change
    nominal    BIGINT  NOT NULL,
    thread_id  BIGINT  NOT NULL,
    armed      BOOLEAN NOT NULL, -- the next crossing is told
    checked    BIGINT  NOT NULL, -- date of the last rate it was held against
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (chat_id, book, code, kind, threshold)
);
INSERT INTO alerts_of_books (book, chat_id, code, kind, threshold, nominal, thread_id, armed, checked, created_at)
    SELECT 'nbk', chat_id, code, kind, threshold, nominal, thread_id, armed, checked, created_at FROM alerts;
DROP TABLE alerts;
ALTER TABLE alerts_of_books RENAME TO alerts;
CREATE INDEX alerts_checked ON alerts (book, code, checked);

-- +goose Down
DELETE FROM alerts WHERE book <> 'nbk';
CREATE TABLE alerts_of_one (
    chat_id    BIGINT  NOT NULL,
    code       TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    threshold  TEXT    NOT NULL,
    nominal    BIGINT  NOT NULL,
    thread_id  BIGINT  NOT NULL,
    armed      BOOLEAN NOT NULL,
    checked    BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (chat_id, code, kind, threshold)
);
INSERT INTO alerts_of_one (chat_id, code, kind, threshold, nominal, thread_id, armed, checked, created_at)
    SELECT chat_id, code, kind, threshold, nominal, thread_id, armed, checked, created_at FROM alerts;
DROP TABLE alerts;
ALTER TABLE alerts_of_one RENAME TO alerts;
CREATE INDEX alerts_checked ON alerts (code, checked);

CREATE TABLE rateless_days_of_one (
    rate_date BIGINT NOT NULL PRIMARY KEY,
    asked_at  BIGINT NOT NULL
);
INSERT INTO rateless_days_of_one (rate_date, asked_at) SELECT rate_date, asked_at FROM rateless_days WHERE book = 'nbk';
DROP TABLE rateless_days;
ALTER TABLE rateless_days_of_one RENAME TO rateless_days;

CREATE TABLE rates_of_one (
    code       TEXT   NOT NULL,
    rate_date  BIGINT NOT NULL,
    nominal    BIGINT NOT NULL,
    value      TEXT   NOT NULL,
    change     TEXT   NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (code, rate_date)
);
INSERT INTO rates_of_one (code, rate_date, nominal, value, change, fetched_at)
    SELECT code, rate_date, nominal, value, change, fetched_at FROM rates WHERE book = 'nbk';
DROP TABLE rates;
ALTER TABLE rates_of_one RENAME TO rates;
CREATE INDEX rates_date ON rates (rate_date);
