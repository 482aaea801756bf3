package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	longPoll = 50 * time.Second // the most Telegram takes
	// pollSlack is what a long poll may take beyond its own time.
	pollSlack = 15 * time.Second
	// emptyPause keeps a server that does not wait from being asked without end.
	emptyPause = 250 * time.Millisecond
	// remindAfter is when a trouble that lasts is logged again.
	remindAfter = 10 * time.Minute
	// wireTime is longer than a request takes to reach Telegram.
	wireTime = 2 * time.Second
	// slowRetry is the pause after a refused token: a person has to act.
	slowRetry = time.Minute
)

// PollOptions tune Updates. The zero value is right for use.
type PollOptions struct {
	Timeout time.Duration // of a long poll, in whole seconds; 0 is 50 s, the most Telegram takes
	Limit   int           // updates in one batch; 0 is 100, the most Telegram gives
	// OnState is told nil when updates begin to be served, and the error when
	// they stop to; once per change. For health checks; nil is not told.
	OnState func(err error)
}

// Updates polls until ctx ends and gives each batch to handle; a webhook that
// was left behind is removed first. A batch is confirmed to Telegram when handle
// returned nil; otherwise the same updates come again after a pause. Trouble
// does not end it: it is logged when it begins, when it lasts and when it is
// over. Updates returns nil when ctx ended, and an error only when Telegram
// refuses the token from the start.
func (c *Client) Updates(ctx context.Context, handle func(context.Context, []Update) error, o PollOptions) error {
	if o.Timeout <= 0 {
		o.Timeout = longPoll
	}
	if o.Limit <= 0 {
		o.Limit = 100
	}
	p := &poller{client: c, handle: handle, o: o, pace: newBackoff()}
	return p.run(ctx)
}

type poller struct {
	client *Client
	handle func(context.Context, []Update) error
	o      PollOptions
	pace   *backoff.ExponentialBackOff

	offset    int64 // of the next update; 0 is not known
	confirmed int64 // the offset Telegram was last told
	served    bool  // at least one poll succeeded

	trouble  Class // OK while all is well
	began    time.Time
	reminded time.Time
}

func newBackoff() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 500 * time.Millisecond
	b.Multiplier = 2
	b.MaxInterval = 30 * time.Second
	return b
}

func (p *poller) run(ctx context.Context) error {
	p.removeWebhook(ctx)
	for ctx.Err() == nil {
		err := p.round(ctx)
		if ctx.Err() != nil {
			break
		}
		if err == nil {
			p.well()
			continue
		}
		class := Classify(err)
		if class == Unauthorized && !p.served {
			return fmt.Errorf("read updates: %w", err)
		}
		p.troubled(class, err)
		if class == Conflict {
			// Either a webhook was set again, or another process polls.
			p.removeWebhook(ctx)
		}
		sleep(ctx, p.pause(class, err))
	}
	p.confirm(ctx)
	return nil
}

// round is one poll, and the handling of what it brought.
func (p *poller) round(ctx context.Context) error {
	began := time.Now()
	raws, err := p.client.getUpdates(ctx, p.offset, p.o.Limit, p.o.Timeout)
	if err == nil || ctx.Err() != nil && time.Since(began) > wireTime {
		// A poll that the end cut short told its offset when it began, unless it
		// was cut on its way.
		p.confirmed = p.offset
	}
	if err != nil {
		return err
	}
	p.served = true
	if len(raws) == 0 {
		if took := time.Since(began); took < emptyPause {
			sleep(ctx, emptyPause-took)
		}
		return nil
	}
	batch, next, err := p.decode(ctx, raws)
	if err != nil {
		return err
	}
	if len(batch) > 0 {
		if err := p.handle(ctx, batch); err != nil {
			// The error may be of any kind, also Telegram's about another call: here
			// it is no more than a text.
			return &lineError{text: p.client.redact(fmt.Sprintf("handle %d updates from %d: %v", len(batch), batch[0].ID, err))}
		}
	}
	p.offset = next
	return nil
}

// decode reads updates one by one: one that cannot be read is logged and left
// behind, since it would come again for ever.
func (p *poller) decode(ctx context.Context, raws []json.RawMessage) (batch []Update, next int64, err error) {
	next = p.offset
	for _, raw := range raws {
		var head struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(raw, &head); err != nil || head.ID == 0 {
			continue // without an id there is nothing to confirm
		}
		next = max(next, head.ID+1)
		u, ok, err := decodeUpdate(raw)
		if err != nil {
			p.client.logUndecodable(ctx, head.ID, err)
			continue
		}
		if ok {
			batch = append(batch, u)
		}
	}
	if next == p.offset {
		return nil, 0, errors.New("getUpdates gave updates that have no update_id or were confirmed before")
	}
	return batch, next, nil
}

// confirm tells Telegram at the end about the last batch, which it otherwise
// would give again to the next process.
func (p *poller) confirm(ctx context.Context) {
	if p.offset == p.confirmed {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if _, err := p.client.getUpdates(ctx, p.offset, 1, 0); err != nil {
		p.client.log.WarnContext(ctx, "last updates not confirmed, they will come again", slog.Any("error", err))
	}
}

func (p *poller) removeWebhook(ctx context.Context) {
	if err := p.client.DeleteWebhook(ctx); err != nil && ctx.Err() == nil {
		p.client.log.WarnContext(ctx, "webhook not removed before polling", slog.Any("error", err))
	}
}

func (p *poller) well() {
	p.pace.Reset()
	if p.trouble != OK {
		p.client.log.Info("updates are served again", slog.Duration("after", time.Since(p.began)))
	} else if p.reminded.IsZero() {
		p.client.log.Info("updates are served")
	} else {
		return
	}
	p.trouble, p.reminded = OK, time.Now()
	p.tell(nil)
}

func (p *poller) troubled(class Class, err error) {
	now := time.Now()
	if p.trouble == OK {
		p.began = now
	} else if p.trouble == class && now.Sub(p.reminded) < remindAfter {
		return
	}
	changed := p.trouble != class
	p.trouble, p.reminded = class, now
	level := slog.LevelWarn
	if class == Unauthorized || class == Conflict {
		level = slog.LevelError
	}
	p.client.log.Log(context.Background(), level, "updates are not served",
		slog.String("class", class.String()), slog.Any("error", err), slog.Duration("since", now.Sub(p.began)))
	if changed {
		p.tell(err)
	}
}

func (p *poller) tell(err error) {
	if p.o.OnState != nil {
		p.o.OnState(err)
	}
}

// pause is how long to wait after err.
func (p *poller) pause(class Class, err error) time.Duration {
	wait := p.pace.NextBackOff()
	switch class {
	case Unauthorized:
		return max(wait, slowRetry)
	case Conflict:
		return max(wait, 2*time.Second)
	}
	var e *Error
	if errors.As(err, &e) {
		return max(wait, e.RetryAfter)
	}
	return wait
}

func (c *Client) getUpdates(ctx context.Context, offset int64, limit int, timeout time.Duration) ([]json.RawMessage, error) {
	params := map[string]any{
		"limit":           limit,
		"timeout":         int(timeout / time.Second),
		"allowed_updates": allowedUpdates,
	}
	if offset != 0 {
		params["offset"] = offset
	}
	var raws []json.RawMessage
	if err := c.call(ctx, timeout+pollSlack, "getUpdates", params, &raws); err != nil {
		return nil, err
	}
	return raws, nil
}

// logUndecodable keeps the contents, which are a person's, out of the log.
func (c *Client) logUndecodable(ctx context.Context, id int64, err error) {
	c.log.ErrorContext(ctx, "update left out, it cannot be decoded", slog.Int64("update", id), slog.String("error", c.redact(err.Error())))
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
