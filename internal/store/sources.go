package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/feed"
)

type sourceRow struct {
	ID           string `db:"source_id"`
	Title        string `db:"title"`
	URL          string `db:"url"`
	Kind         string `db:"kind"`
	Language     string `db:"language"`
	Topics       string `db:"topics"`
	Selectors    string `db:"selectors"`
	Paused       bool   `db:"paused"`
	ETag         string `db:"etag"`
	LastModified string `db:"last_modified"`
	Hash         string `db:"body_hash"`
	Gap          int64  `db:"gap_ms"`
	Asked        int64  `db:"asked_ms"`
	NewestAt     int64  `db:"newest_at"`
	BroughtAt    int64  `db:"brought_at"`
	MovedTo      string `db:"moved_to"`
	MovedTimes   int    `db:"moved_times"`
	MovedSince   int64  `db:"moved_since"`
	NextPollAt   int64  `db:"next_poll_at"`
	LastOKAt     int64  `db:"last_ok_at"`
	LastError    string `db:"last_error"`
	Reason       string `db:"reason"`
	Failures     int    `db:"failures"`
	FailingSince int64  `db:"failing_since"`
	ToldAt       int64  `db:"told_at"`
	QuietToldAt  int64  `db:"quiet_told_at"`
	PauseReason  string `db:"pause_reason"`
}

const sourceSQL = `SELECT source_id, title, url, kind, language, topics, selectors, paused, etag, last_modified,
	body_hash, gap_ms, asked_ms, newest_at, brought_at, moved_to, moved_times, moved_since, next_poll_at, last_ok_at, last_error, reason, failures,
	failing_since, told_at, quiet_told_at, pause_reason FROM sources WHERE NOT removed`

func (r sourceRow) status() (SourceStatus, error) {
	st := SourceStatus{
		Source: feed.Source{ID: r.ID, Title: r.Title, URL: r.URL, Kind: feed.Kind(r.Kind), Language: r.Language},
		Paused: r.Paused, PauseReason: feed.Reason(r.PauseReason),
		State:      feed.State{ETag: r.ETag, LastModified: r.LastModified, Hash: r.Hash},
		Rhythm:     Rhythm{Gap: millis(r.Gap), Asked: millis(r.Asked), NewestAt: at(r.NewestAt), BroughtAt: at(r.BroughtAt)},
		Move:       Move{To: r.MovedTo, Times: r.MovedTimes, Since: at(r.MovedSince)},
		NextPollAt: at(r.NextPollAt), LastOKAt: at(r.LastOKAt), LastError: r.LastError, Reason: feed.Reason(r.Reason), Failures: r.Failures,
		FailingAt: at(r.FailingSince), ToldAt: at(r.ToldAt), QuietToldAt: at(r.QuietToldAt),
	}
	err := errors.Join(json.Unmarshal([]byte(r.Topics), &st.Topics), json.Unmarshal([]byte(r.Selectors), &st.Selectors))
	if err != nil {
		return SourceStatus{}, fmt.Errorf("decode source %s: %w", r.ID, err)
	}
	return st, nil
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func readSources(ctx context.Context, c conn, where string, args ...any) ([]SourceStatus, error) {
	var rows []sourceRow
	if err := list(ctx, c, &rows, sourceSQL+where, args...); err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	sources := make([]SourceStatus, 0, len(rows))
	for _, r := range rows {
		st, err := r.status()
		if err != nil {
			return nil, err
		}
		sources = append(sources, st)
	}
	return sources, nil
}

// Sources returns all sources by id, those that were removed left out.
func (s *Store) Sources(ctx context.Context) ([]SourceStatus, error) {
	return readSources(ctx, s.r, ` ORDER BY source_id`)
}

// Source returns one source.
func (s *Store) Source(ctx context.Context, id string) (SourceStatus, error) {
	found, err := readSources(ctx, s.r, ` AND source_id = ?`, id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("source %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return SourceStatus{}, err
	}
	return found[0], nil
}

// EverHadSources says whether there are sources, or have been: who removed the
// last one does not want those of the first start again.
func (s *Store) EverHadSources(ctx context.Context) (bool, error) {
	var n int
	if err := get(ctx, s.r, &n, `SELECT COUNT(*) FROM sources`); err != nil {
		return false, fmt.Errorf("count sources: %w", err)
	}
	return n > 0, nil
}

// SourceAddresses returns the address of each source by id, those that were removed
// included: their ids stay theirs.
func (s *Store) SourceAddresses(ctx context.Context) (map[string]string, error) {
	places, err := sourcePlaces(ctx, s.r)
	if err != nil {
		return nil, fmt.Errorf("read addresses of sources: %w", err)
	}
	addresses := make(map[string]string, len(places))
	for _, p := range places {
		addresses[p.ID] = p.URL
	}
	return addresses, nil
}

type sourcePlace struct {
	ID      string `db:"source_id"`
	URL     string `db:"url"`
	Removed bool   `db:"removed"`
}

func sourcePlaces(ctx context.Context, c conn) (places []sourcePlace, err error) {
	err = list(ctx, c, &places, `SELECT source_id, url, removed FROM sources ORDER BY source_id`)
	return places, err
}

// DueSources returns sources that are to be polled, the longest overdue first.
func (s *Store) DueSources(ctx context.Context, now time.Time, limit int) ([]SourceStatus, error) {
	return readSources(ctx, s.r, ` AND NOT paused AND next_poll_at <= ? ORDER BY next_poll_at, source_id LIMIT ?`, ms(now), limit)
}

// ImportSources adds sources and updates those that differ, in one transaction.
// A source with a new address or way of reading starts afresh; its articles stay.
func (s *Store) ImportSources(ctx context.Context, now time.Time, sources []feed.Source) (added, updated int, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		added, updated = 0, 0
		for _, src := range sources {
			a, u, err := importSource(ctx, tx, now, src)
			if err != nil {
				return fmt.Errorf("import source %s: %w", src.ID, err)
			}
			added, updated = added+a, updated+u
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return added, updated, nil
}

func importSource(ctx context.Context, tx *sqlx.Tx, now time.Time, src feed.Source) (added, updated int, err error) {
	topics, err := encode(src.Topics)
	if err != nil {
		return 0, 0, err
	}
	selectors, err := encode(src.Selectors)
	if err != nil {
		return 0, 0, err
	}
	added, err = exec(ctx, tx, `INSERT INTO sources (source_id, title, url, kind, language, topics, selectors, paused, etag, last_modified,
			next_poll_at, last_ok_at, last_error, failures, listed_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, 0, '', 0, 0, ?) ON CONFLICT (source_id) DO NOTHING`,
		src.ID, src.Title, src.URL, string(src.Kind), src.Language, topics, selectors, false, ms(now), ms(now))
	if err != nil || added == 1 {
		return added, 0, err
	}
	added, err = exec(ctx, tx, `UPDATE sources SET removed = FALSE, paused = FALSE, pause_reason = '', next_poll_at = ? WHERE source_id = ? AND removed`, ms(now), src.ID)
	if err != nil {
		return 0, 0, err
	}
	afresh, err := exec(ctx, tx, `UPDATE sources SET etag = '', last_modified = '', body_hash = '', gap_ms = 0, asked_ms = 0, newest_at = 0, brought_at = 0,
			moved_to = '', moved_times = 0, moved_since = 0, next_poll_at = ?, last_error = '', reason = '', failures = 0, failing_since = 0,
			told_at = 0, quiet_told_at = 0
		WHERE source_id = ? AND (url <> ? OR kind <> ? OR selectors <> ?)`, ms(now), src.ID, src.URL, string(src.Kind), selectors)
	if err != nil {
		return 0, 0, err
	}
	updated, err = exec(ctx, tx, `UPDATE sources SET title = ?, url = ?, kind = ?, language = ?, topics = ?, selectors = ?
		WHERE source_id = ? AND (title <> ? OR language <> ? OR topics <> ? OR url <> ? OR kind <> ? OR selectors <> ?)`,
		src.Title, src.URL, string(src.Kind), src.Language, topics, selectors, src.ID,
		src.Title, src.Language, topics, src.URL, string(src.Kind), selectors)
	if added == 1 { // it had been removed
		return 1, 0, err
	}
	return 0, max(updated, afresh), err
}

// AddSource adds a source that somebody has found. An id that another one has gets
// a number; a source that was removed goes on, under the id that it had, when it is
// added again by its address. added is false when a source with this address is
// there; id is that of the source.
func (s *Store) AddSource(ctx context.Context, now time.Time, src feed.Source) (id string, added bool, err error) {
	errTaken := errors.New("somebody else has taken the id meanwhile")
	err = errTaken
	for try := 0; try < retries && errors.Is(err, errTaken); try++ {
		err = s.tx(ctx, func(tx *sqlx.Tx) error {
			if id, added, err = placeOf(ctx, tx, src); err != nil || !added {
				return err
			}
			one := src
			one.ID = id
			// An import that finds a source there would change that one.
			n, _, err := importSource(ctx, tx, now, one)
			if err == nil && n == 0 {
				err = errTaken
			}
			return err
		})
	}
	if err != nil {
		return "", false, fmt.Errorf("add source %s: %w", src.ID, err)
	}
	return id, added, nil
}

// placeOf is the id that a source gets when it is added, or with free false that of
// the source with its address.
func placeOf(ctx context.Context, tx *sqlx.Tx, src feed.Source) (id string, free bool, err error) {
	known, err := sourcePlaces(ctx, tx)
	if err != nil {
		return "", false, err
	}
	taken, had := map[string]bool{}, ""
	for _, k := range known {
		taken[k.ID] = true
		switch {
		case k.URL != src.URL:
		case !k.Removed:
			return k.ID, false, nil
		default:
			had = k.ID
		}
	}
	if had != "" {
		return had, true, nil
	}
	return feed.FreeID(src.ID, func(id string) bool { return taken[id] }), true, nil
}

// KeepSources lets only the sources with these ids be polled: the others are
// paused, and those of them that were paused go on. It returns how many it paused.
func (s *Store) KeepSources(ctx context.Context, ids []string) (paused int, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		in := `source_id IN (` + places(len(ids), "?") + `)`
		if paused, err = exec(ctx, tx, `UPDATE sources SET paused = TRUE, pause_reason = '' WHERE NOT removed AND NOT paused AND NOT `+in, anys(ids)...); err != nil {
			return err
		}
		_, err := exec(ctx, tx, `UPDATE sources SET paused = FALSE, pause_reason = '' WHERE paused AND `+in, anys(ids)...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep %d sources: %w", len(ids), err)
	}
	return paused, nil
}

// PauseSource stops or resumes the polling of a source; one that goes on is polled
// at once. changed is false when it was so already.
func (s *Store) PauseSource(ctx context.Context, now time.Time, id string, pause bool) (changed bool, err error) {
	// What it was told of, and how often it failed, is over with a new beginning.
	n, err := s.write(ctx, `UPDATE sources SET paused = ?, pause_reason = '', next_poll_at = ?, last_error = '', reason = '', failures = 0, failing_since = 0,
		told_at = 0, quiet_told_at = 0 WHERE source_id = ? AND NOT removed AND paused <> ?`, pause, ms(now), id, pause)
	if err != nil {
		return false, fmt.Errorf("pause source %s: %w", id, err)
	}
	return n > 0, nil
}

// RemoveSource takes a source off all lists; its articles stay, and name it. When
// it is imported again it goes on.
func (s *Store) RemoveSource(ctx context.Context, id string) error {
	if err := s.writeOne(ctx, `UPDATE sources SET removed = TRUE WHERE source_id = ? AND NOT removed`, id); err != nil {
		return fmt.Errorf("remove source %s: %w", id, err)
	}
	return nil
}

// PollSoon lets a source be polled at the next turn.
func (s *Store) PollSoon(ctx context.Context, now time.Time, id string) error {
	if err := s.writeOne(ctx, `UPDATE sources SET next_poll_at = ? WHERE source_id = ? AND NOT removed`, ms(now), id); err != nil {
		return fmt.Errorf("poll source %s: %w", id, err)
	}
	return nil
}
