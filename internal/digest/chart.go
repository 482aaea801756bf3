package digest

import (
	"context"
	"fmt"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

const (
	// ChartDays is how far back a digest's chart goes: a month is what a
	// morning's look takes in.
	ChartDays = 30
	// ChartPoints is how many days of rates make a chart worth looking at.
	ChartPoints = 3
)

// Chart makes the picture that follows a chat's digest, without a sound: the
// first of the chat's currencies that has enough history, in the book's, as that is
// what a reader knows by heart. It returns nil when none has.
func Chart(ctx context.Context, db *store.Store, book rates.Book, chat store.Chat, now time.Time) (*outbox.Message, error) {
	zone, err := locale.Zone(chat.Zone)
	if err != nil {
		return nil, err
	}
	today := Today(locale.New(locale.Language(chat.Language), zone), now)
	last, err := LastDay(ctx, db.Rates(book), today)
	if err != nil {
		return nil, fmt.Errorf("chart of a digest: %w", err)
	}
	for _, code := range ChatCurrencies(chat, book.Base()) {
		history, err := db.Rates(book).History(ctx, code, last.AddDate(0, 0, -ChartDays), last)
		if err != nil {
			return nil, fmt.Errorf("chart of a digest: %w", err)
		}
		if len(history) >= ChartPoints {
			return &outbox.Message{Silent: true, Chart: &outbox.Chart{
				Code: code, Days: ChartDays, Until: today.Format(time.DateOnly), Language: chat.Language,
			}}, nil
		}
	}
	return nil, nil
}

// LastDay is the day on which a chart ends: that of the last list until today.
func LastDay(ctx context.Context, book store.Rates, today time.Time) (time.Time, error) {
	_, last, known, err := book.Bounds(ctx)
	if err != nil || !known || last.After(today) {
		return today, err
	}
	return last, nil
}
