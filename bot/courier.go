package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

const (
	courierKeeps = 64 // charts that are known by heart
	// courierTrusts is how long a chart is sent as it was drawn: nothing of it
	// changes within a day but what the bank corrects.
	courierTrusts = 15 * time.Minute
)

// Courier puts deliveries on the wire. Texts go as they are. A chart is drawn
// and uploaded once, whoever is first; all others are sent what Telegram holds
// then, however many they are. It implements outbox.Sender and is safe for
// concurrent use.
type Courier struct {
	store    *store.Store
	book     rates.Book
	telegram *telegram.Client
	now      func() time.Time
	log      *slog.Logger

	mu     sync.Mutex
	charts map[outbox.Chart]*sharedChart
}

// NewCourier makes a courier that draws charts of a book. It does not touch the network.
func NewCourier(db *store.Store, book rates.Book, client *telegram.Client, now func() time.Time, log *slog.Logger) *Courier {
	return &Courier{store: db, book: book, telegram: client, now: now, log: log, charts: map[outbox.Chart]*sharedChart{}}
}

// sharedChart is a chart on its way to many chats. mu is held while it is read,
// drawn and uploaded: who comes meanwhile waits, and need not do it again.
type sharedChart struct {
	made time.Time

	mu    sync.Mutex
	photo telegram.Photo
	key   string
}

// errNoChart is a chart of too little.
var errNoChart = errors.New("there is too little history for a chart")

// Send implements outbox.Sender.
func (c *Courier) Send(ctx context.Context, d outbox.Delivery) outbox.Outcome {
	if d.Message.Chart == nil {
		return c.telegram.Send(ctx, d)
	}
	s := c.share(*d.Message.Chart)
	id, err := c.sendChart(ctx, d, s)
	if telegram.Classify(err) == telegram.BadPreview { // not held any more, as after another bot took over
		id, err = c.sendChart(ctx, d, s)
	}
	if failed := (*chartError)(nil); errors.As(err, &failed) {
		if errors.Is(err, errNoChart) || failed.drawing {
			return outbox.Outcome{Result: outbox.Rejected, Err: err}
		}
		return outbox.Outcome{Result: outbox.Retry, Err: err}
	}
	return telegram.Outcome(id, err)
}

// chartError is a failure before anything was sent.
type chartError struct {
	err     error
	drawing bool // trying again would fail again
}

func (e *chartError) Error() string { return e.err.Error() }
func (e *chartError) Unwrap() error { return e.err }

func (c *Courier) share(which outbox.Chart) *sharedChart {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if s, ok := c.charts[which]; ok && now.Sub(s.made) < courierTrusts {
		return s
	}
	if len(c.charts) >= courierKeeps {
		clear(c.charts) // they are found again by their keys
	}
	s := &sharedChart{made: now}
	c.charts[which] = s
	return s
}

func (c *Courier) sendChart(ctx context.Context, d outbox.Delivery, s *sharedChart) (messageID int64, err error) {
	s.mu.Lock()
	if err := c.prepare(ctx, s, *d.Message.Chart); err != nil {
		s.mu.Unlock()
		return 0, err
	}
	photo := s.photo
	photo.Silent = d.Message.Silent
	if photo.FileID != "" { // all at the same time
		s.mu.Unlock()
		messageID, _, err = c.telegram.SendPhoto(ctx, d.ChatID, d.ThreadID, photo)
		if telegram.Classify(err) == telegram.BadPreview {
			s.forget(photo.FileID)
		}
		return messageID, err
	}
	defer s.mu.Unlock()
	messageID, fileID, err := c.telegram.SendPhoto(ctx, d.ChatID, d.ThreadID, photo)
	if err == nil && fileID != "" {
		s.photo.FileID, s.photo.PNG = fileID, nil
		if err := c.store.SavePicture(ctx, c.now(), s.key, fileID); err != nil { // it costs an upload after a restart
			c.log.Warn("sent picture is not remembered", slog.Any("error", err))
		}
	}
	return messageID, err
}

// forget drops an id that Telegram does not know, unless somebody has a new one.
func (s *sharedChart) forget(fileID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.photo.FileID == fileID {
		s.photo.FileID, s.key = "", ""
	}
}

// prepare reads and draws what is not there yet; s.mu is held. A picture whose
// id was just forgotten is drawn, whatever the store says.
func (c *Courier) prepare(ctx context.Context, s *sharedChart, which outbox.Chart) error {
	if s.photo.FileID != "" || len(s.photo.PNG) > 0 {
		return nil
	}
	forgotten := s.photo.Caption != ""
	p := locale.New(locale.Language(which.Language), time.UTC).Of(c.book.Words()) // its dates are civil ones
	q := chartQuery{code: which.Code, days: which.Days}
	until, err := time.Parse(time.DateOnly, which.Until)
	if err != nil {
		return &chartError{err: fmt.Errorf("date of a chart: %w", err), drawing: true}
	}
	lines, from, err := chartLines(ctx, c.store.Rates(c.book), q, until)
	if err != nil {
		return &chartError{err: err}
	}
	if len(lines[0].days) < chartPoints {
		return &chartError{err: fmt.Errorf("chart of %s: %w", which.Code, errNoChart)}
	}
	key, photo := q.key(p, c.book.Key(), lines, from), telegram.Photo{Caption: q.caption(p, lines, from, until), Keyboard: [][]outbox.Button{q.periods(p)}}
	if !forgotten {
		if photo.FileID, err = c.store.Picture(ctx, key); err != nil {
			c.log.Warn("sent pictures are not known", slog.Any("error", err))
		}
	}
	if photo.FileID == "" {
		if photo.PNG, err = q.draw(p, lines, from); err != nil {
			return &chartError{err: err, drawing: true}
		}
	}
	s.photo, s.key = photo, key
	return nil
}

// chartLines reads what a chart shows that is asked for on a day: from a day
// until the last that there are rates for. While the bank is silent the chart
// does not grow shorter.
func chartLines(ctx context.Context, book store.Rates, q chartQuery, today time.Time) (lines []history, from time.Time, err error) {
	until, err := digest.LastDay(ctx, book, today)
	if err != nil {
		return nil, time.Time{}, err
	}
	from = until.AddDate(0, 0, -q.days)
	for _, code := range q.shown() {
		quotes, err := book.History(ctx, code, from, until)
		if err != nil {
			return nil, from, err
		}
		lines = append(lines, newHistory(code, quotes))
	}
	return together(lines), from, nil
}

// digestPicture is the picture of a digest as it would be now; nil when there is none.
func (b *Bot) digestPicture(ctx context.Context, r *request) (*picture, error) {
	m, err := digest.Chart(ctx, b.o.Store, b.o.Board.Book, r.chat, r.now)
	if err != nil || m == nil {
		return nil, err
	}
	q := chartQuery{code: m.Chart.Code, days: m.Chart.Days}
	today := digest.Today(r.p, r.now)
	lines, from, err := chartLines(ctx, b.book(), q, today)
	if err != nil || len(lines[0].days) < chartPoints {
		return nil, err
	}
	caption := q.caption(r.p, lines, from, today)
	return &picture{
		key:   q.key(r.p, b.o.Board.Key(), lines, from),
		photo: telegram.Photo{Caption: caption, Keyboard: [][]outbox.Button{q.periods(r.p)}},
		draw:  func() ([]byte, error) { return q.draw(r.p, lines, from) },
		words: outbox.Message{Text: caption},
	}, nil
}
