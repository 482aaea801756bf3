package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/locale"
)

// Buttons of lists that this bot did not write are told.
func TestListButtonsRefuse(t *testing.T) {
	b := &Bot{}
	r := &request{p: locale.New(locale.RU, nil), now: time.Now()}
	for _, c := range []struct {
		run  func(*Bot, context.Context, *request) (answer, error)
		data []string
	}{
		{(*Bot).newsPage, []string{"x", "0:?", "0::nonsense", "0::Economy", "0:zz:../x"}},
		{(*Bot).newsFilter, []string{"", "de", "ru:nonsense", "ru:q_aaaaaaaaaa"}},
		{(*Bot).articlePage, []string{"a1:0:0::nonsense"}},
	} {
		for _, data := range c.data {
			r.data = strings.Split(data, ":")
			if _, err := c.run(b, t.Context(), r); !errors.As(err, &badData{}) {
				t.Errorf("%q: %v", data, err)
			}
		}
	}
}

// The way back to any list fits into Telegram's 64 bytes, next to an article's id.
func TestPlacesFit(t *testing.T) {
	for _, list := range append(feed.Topics(), otherTopic, "q_aaaaaaaaaa") {
		data := "a:" + strings.Repeat("x", 12) + ":99999:" + listPlace{99999, time.UnixMilli(1 << 41), list}.data()
		if len(data) > 64 {
			t.Errorf("%q has %d bytes", data, len(data))
		}
		r := &request{data: strings.Split(data, ":")}
		if at, err := r.listPlace(3); err != nil || at.list != list || at.page != 99999 {
			t.Errorf("%q is read as %+v, %v", data, at, err)
		}
	}
}

// The words of topics lead to them in every language, and to no other.
func TestTopicOf(t *testing.T) {
	b := New(Options{})
	for text, want := range map[string]string{
		"футбол": "sport", "sport": "sport", "Спорт": "sport", "экономика": "economy", "саясат": "politics", "МӘДЕНИЕТ": "culture", "world": "world",
		"в мире": "world", "прочее": "rest", "Other": "rest", "снегопад": "", "": "",
	} {
		if got := b.topicOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"мост", "мост"}: 0, {"мотс", "мост"}: 1, {"мос", "мост"}: 1, {"маст", "мост"}: 1, {"", "мост"}: 4, {"бибилотека", "библиотека"}: 1, {"бибилатека", "библиотека"}: 2,
	} {
		if got := distance([]rune(pair[0]), []rune(pair[1])); got != want {
			t.Errorf("%v: %d, want %d", pair, got, want)
		}
	}
	if got := russianKeys("ghtpbltyn"); got != "президент" {
		t.Error(got)
	}
}
