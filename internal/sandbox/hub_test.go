package sandbox

import (
	"testing"
	"time"
)

func TestHubCatchesUp(t *testing.T) {
	h := newHub()
	for i := range 10 {
		h.publish("n", i)
	}
	missed, _, cancel, ok := h.subscribe(7)
	defer cancel()
	if !ok || len(missed) != 3 || missed[0].seq != 8 {
		t.Errorf("after 7 come %d events, %v", len(missed), ok)
	}
	if missed, _, cancel, ok := h.subscribe(10); !ok || len(missed) != 0 {
		t.Errorf("after the last come %d events, %v", len(missed), ok)
	} else {
		cancel()
	}
}

func TestHubForgets(t *testing.T) {
	h := newHub()
	for i := range hubKeeps + 10 {
		h.publish("n", i)
	}
	if _, _, cancel, ok := h.subscribe(1); ok {
		t.Error("an event that is forgotten is said to be known")
	} else {
		cancel()
	}
	if len(h.kept) > hubKeeps {
		t.Errorf("%d events are kept", len(h.kept))
	}
}

func TestHubCutsOffTheSlow(t *testing.T) {
	h := newHub()
	_, next, cancel, _ := h.subscribe(0)
	defer cancel()
	for i := range hubBuffer + 5 {
		h.publish("n", i)
	}
	n := 0
	for range next {
		n++
	}
	if n != hubBuffer {
		t.Errorf("a page that does not read got %d events before it was cut off", n)
	}
}

func TestNextMorning(t *testing.T) {
	for _, c := range []struct{ name, now, want string }{
		{"before eight", "2026-11-23T03:00:00+05:00", "2026-11-23T08:00:00+05:00"},
		{"at eight", "2026-11-23T08:00:00+05:00", "2026-11-24T08:00:00+05:00"},
		{"in the evening", "2026-12-31T21:00:00+05:00", "2027-01-01T08:00:00+05:00"},
		{"told in UTC", "2026-11-23T23:30:00Z", "2026-11-24T08:00:00+05:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			if got := nextMorning(now).Format(time.RFC3339); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestUTF16Slice(t *testing.T) {
	for _, c := range []struct {
		name, text     string
		offset, length int
		want           string
	}{
		{"Cyrillic", "сайт kaztag.kz", 5, 9, "kaztag.kz"},
		{"after an emoji", "📰 x", 3, 1, "x"},
		{"past the end", "abc", 2, 5, ""},
		{"negative", "abc", -1, 2, ""},
		{"overflow", "abc", 1 << 62, 1 << 62, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := utf16Slice(c.text, c.offset, c.length); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestShorten(t *testing.T) {
	if got := shorten("бағам", 3); got != "б…" {
		t.Errorf("got %q", got)
	}
	if got := shorten("short", 10); got != "short" {
		t.Errorf("got %q", got)
	}
}
