package digest

import (
	"context"
	"time"

	"newsbot/internal/store"
)

// Hour is an hour of digests that are to come.
type Hour struct {
	From    time.Time
	Digests int
	// Wait is for how long the last digest of the hour's busiest minute is on its
	// way, when nothing but digests and what waits already is sent.
	Wait time.Duration
}

// Forecast says for each hour of the next day that has digests how many there
// are and how long its queue will take, at so many messages a second, of which
// waiting ones are in the queue already. Hours are those of zone.
func Forecast(ctx context.Context, db *store.Store, now time.Time, zone *time.Location, waiting int, perSecond float64) ([]Hour, error) {
	slots, err := db.DigestSlots(ctx, now, now.Add(24*time.Hour))
	if err != nil {
		return nil, err
	}
	return forecast(slots, now, zone, waiting, perSecond), nil
}

// Sending is how long so many messages take.
func Sending(messages int, perSecond float64) time.Duration {
	return time.Duration(float64(messages) / perSecond * float64(time.Second))
}

func forecast(slots []store.SlotCount, now time.Time, zone *time.Location, waiting int, perSecond float64) []Hour {
	var hours []Hour
	idle := now.Add(Sending(waiting, perSecond)) // when the sender has nothing left to do
	for _, s := range slots {
		if idle.Before(s.At) {
			idle = s.At
		}
		idle = idle.Add(Sending(s.Messages, perSecond))
		local := s.At.In(zone)
		from := s.At.Add(-time.Duration(local.Minute())*time.Minute - time.Duration(local.Second())*time.Second).Truncate(time.Second)
		if n := len(hours); n == 0 || !hours[n-1].From.Equal(from) {
			hours = append(hours, Hour{From: from})
		}
		h := &hours[len(hours)-1]
		h.Digests += s.Digests
		h.Wait = max(h.Wait, idle.Sub(s.At))
	}
	return hours
}
