package digest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/store"
)

func TestForecast(t *testing.T) {
	almaty, kathmandu := zone(t, "Asia/Almaty"), zone(t, "Asia/Kathmandu")
	at := func(hour, minute int) time.Time { return time.Date(2026, 4, 7, hour, minute, 0, 0, almaty) }
	for _, c := range []struct {
		name    string
		zone    *time.Location
		waiting int
		slots   []store.SlotCount
		want    []Hour
	}{
		{"none", almaty, 0, nil, nil},
		{"one minute", almaty, 0, []store.SlotCount{{At: at(9, 0), Digests: 12_600, Messages: 12_600}}, []Hour{{at(9, 0), 12_600, 7 * time.Minute}}},
		{"charts count", almaty, 0, []store.SlotCount{{At: at(9, 0), Digests: 1800, Messages: 3600}}, []Hour{{at(9, 0), 1800, 2 * time.Minute}}},
		{"two of an hour, the first is through", almaty, 0,
			[]store.SlotCount{{At: at(9, 0), Digests: 1800, Messages: 1800}, {At: at(9, 30), Digests: 300, Messages: 300}}, []Hour{{at(9, 0), 2100, time.Minute}}},
		{"the first is still on its way", almaty, 0,
			[]store.SlotCount{{At: at(8, 59), Digests: 3600, Messages: 3600}, {At: at(9, 0), Digests: 1800, Messages: 1800}},
			[]Hour{{at(8, 0), 3600, 2 * time.Minute}, {at(9, 0), 1800, 2 * time.Minute}}},
		{"behind what waits", almaty, 1800 * 31, []store.SlotCount{{At: at(8, 30), Digests: 1800, Messages: 1800}}, []Hour{{at(8, 0), 1800, 2 * time.Minute}}},
		{"hours of a zone between the hours", kathmandu, 0, []store.SlotCount{{At: at(9, 0), Digests: 30, Messages: 30}}, []Hour{{at(8, 15), 30, time.Second}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := forecast(c.slots, at(8, 0), c.zone, c.waiting, 30)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
