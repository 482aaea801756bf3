package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// poll is one getUpdates as a scripted server saw it.
type poll struct {
	at     time.Duration // since the start
	offset string
	params url.Values
}

// script answers getUpdates in turn, then hangs as a long poll without updates
// does. It runs without a network, so that time in a test is synctest's.
type script struct {
	began    time.Time
	answers  []func(ctx context.Context) (int, string, error)
	mu       sync.Mutex
	polls    []poll
	webhooks int // calls of deleteWebhook
	hookCode int // status it is answered with; 0 is 200
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/deleteWebhook") {
		s.webhooks++
		if s.hookCode != 0 {
			return answer(refusal(s.hookCode, "no"))
		}
		return answer(result(true))
	}
	n := len(s.polls)
	s.polls = append(s.polls, poll{time.Since(s.began), r.PostForm.Get("offset"), r.PostForm})
	if n >= len(s.answers) || s.answers[n] == nil {
		s.mu.Unlock()
		defer s.mu.Lock()
		var timeout int
		fmt.Sscan(r.PostForm.Get("timeout"), &timeout)
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(time.Duration(timeout) * time.Second):
			return answer(result([]int{}))
		}
	}
	s.mu.Unlock()
	defer s.mu.Lock()
	status, body, err := s.answers[n](r.Context())
	if err != nil {
		return nil, err
	}
	return answer(status, body)
}

func (s *script) offsets() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, p := range s.polls {
		all = append(all, p.offset)
	}
	return strings.Join(all, ",")
}

func (s *script) times() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []time.Duration
	for _, p := range s.polls {
		all = append(all, p.at)
	}
	return all
}

func gives(updates ...string) func(context.Context) (int, string, error) {
	return func(context.Context) (int, string, error) {
		return http.StatusOK, `{"ok":true,"result":[` + strings.Join(updates, ",") + `]}`, nil
	}
}

func refuses(code int, text string) func(context.Context) (int, string, error) {
	return func(context.Context) (int, string, error) {
		status, body := refusal(code, text)
		return status, body, nil
	}
}

func textUpdate(id int) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1780000000,"chat":{"id":5,"type":"private","first_name":"A"},"from":{"id":5,"first_name":"A"},"text":"t%d"}}`, id, id, id)
}

// polling runs Updates over a script for a while of synctest's time.
func polling(t *testing.T, s *script, o PollOptions, d time.Duration, handle func(context.Context, []Update) error) (logged string, err error) {
	t.Helper()
	s.began = time.Now()
	log, buffer := newLog()
	c := newClient(t, Options{Transport: s, Log: log})
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	err = c.Updates(ctx, handle, o)
	if text := buffer.String(); strings.Contains(text, testSecret) {
		t.Errorf("the token is in the log: %s", text)
	}
	return buffer.String(), err
}

func TestUpdatesConfirmAfterHandling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(context.Context) (int, string, error){
			gives(textUpdate(10), textUpdate(11)),
			gives(textUpdate(12)),
		}}
		var got []string
		logged, err := polling(t, s, PollOptions{}, 30*time.Second, func(_ context.Context, batch []Update) error {
			for _, u := range batch {
				got = append(got, u.Message.Text)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != "[t10 t11 t12]" || s.offsets() != ",12,13" {
			t.Errorf("handled %v, offsets %s", got, s.offsets())
		}
		first := s.polls[0].params
		if first.Get("timeout") != "50" || first.Get("limit") != "100" || first.Get("allowed_updates") != `["message","channel_post","callback_query","my_chat_member","inline_query"]` {
			t.Errorf("asked with %v", first)
		}
		if s.webhooks != 1 {
			t.Errorf("the webhook was removed %d times", s.webhooks)
		}
		if strings.Count(logged, "\n") != 1 {
			t.Errorf("log: %s", logged)
		}
	})
}

func TestUpdatesConfirmTheLastBatchAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(context.Context) (int, string, error){gives(textUpdate(10))}}
		_, err := polling(t, s, PollOptions{}, time.Second, func(ctx context.Context, _ []Update) error {
			<-ctx.Done() // the end comes while the batch is handled
			return nil
		})
		if err != nil || s.offsets() != ",11" {
			t.Fatalf("%v, offsets %s", err, s.offsets())
		}
		if last := s.polls[1].params; last.Get("timeout") != "0" || last.Get("limit") != "1" {
			t.Errorf("confirmed with %v", last)
		}
	})
}

func TestUpdatesUnhandledComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(context.Context) (int, string, error){
			gives(textUpdate(10)), gives(textUpdate(10)), gives(textUpdate(10)),
		}}
		tries := 0
		logged, err := polling(t, s, PollOptions{}, 40*time.Second, func(context.Context, []Update) error {
			if tries++; tries < 3 {
				// Telegram's error about some other call must not look like one of polling.
				return fmt.Errorf("store is away: %w", &Error{Code: 401, Description: "Unauthorized"})
			}
			return nil
		})
		if err != nil || tries != 3 || s.offsets() != ",,,11" {
			t.Fatalf("%v, %d tries, offsets %s", err, tries, s.offsets())
		}
		if strings.Count(logged, "updates are not served") != 1 || !strings.Contains(logged, "store is away") || strings.Count(logged, "served again") != 1 {
			t.Errorf("log: %s", logged)
		}
	})
}

func TestUpdatesUndecodableAreLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(context.Context) (int, string, error){
			gives(textUpdate(10), `{"update_id":11,"message":{"message_id":"PRIVATE WORDS"}}`, `{"update_id":12,"poll":{"id":"1"}}`, `"?"`, textUpdate(13)),
			gives(`{"update_id":14,"message":[]}`), // alone in its batch
		}}
		var got []int64
		logged, err := polling(t, s, PollOptions{}, 30*time.Second, func(_ context.Context, batch []Update) error {
			for _, u := range batch {
				got = append(got, u.ID)
			}
			return nil
		})
		if err != nil || fmt.Sprint(got) != "[10 13]" || s.offsets() != ",14,15" {
			t.Fatalf("%v, handled %v, offsets %s", err, got, s.offsets())
		}
		if !strings.Contains(logged, "update=11") || !strings.Contains(logged, "update=14") || strings.Contains(logged, "PRIVATE") {
			t.Errorf("log: %s", logged)
		}
	})
}

func TestUpdatesDoNotHammer(t *testing.T) {
	tests := []struct {
		name   string
		answer func(context.Context) (int, string, error)
		most   int // polls within a minute
	}{
		{"empty at once", gives(), 241},
		{"no update_id", gives(`{}`), 20},
		{"confirmed before", gives(`{"update_id":0}`), 20},
		{"server error", refuses(500, "Internal Server Error"), 20},
		{"not JSON", func(context.Context) (int, string, error) { return 200, "<html>", nil }, 20},
		{"not a list", func(context.Context) (int, string, error) { return 200, `{"ok":true,"result":{}}`, nil }, 20},
		{"network", func(context.Context) (int, string, error) { return 0, "", errors.New("connection refused") }, 20},
		{"conflict", refuses(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"), 20},
		{"flood", func(context.Context) (int, string, error) {
			return 429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 25","parameters":{"retry_after":25}}`, nil
		}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{}
				for range 1000 {
					s.answers = append(s.answers, tt.answer)
				}
				logged, err := polling(t, s, PollOptions{}, time.Minute, func(context.Context, []Update) error { return nil })
				if err != nil {
					t.Fatal(err)
				}
				if n := len(s.polls); n > tt.most || n < 3 {
					t.Errorf("%d polls in a minute, want 3 to %d", n, tt.most)
				}
				if n := strings.Count(logged, "level=WARN") + strings.Count(logged, "level=ERROR"); n > 1 {
					t.Errorf("%d lines in the log: %s", n, logged)
				}
			})
		})
	}
}

func TestUpdatesTroubleIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{hookCode: 500}
		down, page := refuses(500, "Internal Server Error"), func(context.Context) (int, string, error) { return 502, "<html>", nil }
		s.answers = []func(context.Context) (int, string, error){
			down, page, down, gives(textUpdate(1)),
			refuses(401, "Unauthorized"), refuses(401, "Unauthorized"), gives(textUpdate(2)),
			refuses(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"), gives(textUpdate(3)),
		}
		var states []string
		handled := 0
		logged, err := polling(t, s, PollOptions{OnState: func(err error) {
			states = append(states, Classify(err).String())
		}}, 5*time.Minute, func(context.Context, []Update) error { handled++; return nil })
		if err != nil || handled != 3 {
			t.Fatalf("%v, %d handled", err, handled)
		}
		if got := strings.Join(states, " "); got != "temporary ok unauthorized ok conflict ok" {
			t.Errorf("states %s", got)
		}
		if strings.Count(logged, "updates are not served") != 3 || strings.Count(logged, "updates are served again") != 3 {
			t.Errorf("log: %s", logged)
		}
		if s.webhooks != 2 {
			t.Errorf("the webhook was removed %d times, want at the start and at the conflict", s.webhooks)
		}
		if times := s.times(); times[5]-times[4] < slowRetry {
			t.Errorf("the refused token was tried again after %v", times[5]-times[4])
		}
	})
}

func TestUpdatesLastingTroubleIsToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		for range 1000 {
			s.answers = append(s.answers, refuses(500, "Internal Server Error"))
		}
		logged, err := polling(t, s, PollOptions{}, 35*time.Minute, func(context.Context, []Update) error { return nil })
		if n := strings.Count(logged, "updates are not served"); err != nil || n != 4 {
			t.Errorf("%v, told %d times in 35 minutes: %s", err, n, logged)
		}
	})
}

func TestUpdatesTokenRefusedAtStart(t *testing.T) {
	for _, first := range []func(context.Context) (int, string, error){refuses(401, "Unauthorized"), refuses(404, "Not Found")} {
		synctest.Test(t, func(t *testing.T) {
			// Telegram is away at first: that alone does not end it.
			s := &script{answers: []func(context.Context) (int, string, error){refuses(500, "Internal Server Error"), first}}
			_, err := polling(t, s, PollOptions{}, time.Hour, func(context.Context, []Update) error { return nil })
			if Classify(err) != Unauthorized {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestUpdatesHangingServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context) (int, string, error) { <-ctx.Done(); return 0, "", ctx.Err() }
		s := &script{answers: []func(context.Context) (int, string, error){hang, gives(textUpdate(1))}}
		handled := 0
		_, err := polling(t, s, PollOptions{Timeout: 20 * time.Second, Limit: 5}, time.Minute, func(context.Context, []Update) error { handled++; return nil })
		if err != nil || handled != 1 {
			t.Fatalf("%v, %d handled", err, handled)
		}
		if at := s.times()[1]; at < 35*time.Second || at > 37*time.Second {
			t.Errorf("gave up after %v, want the poll's 20 s and 15 s more", at)
		}
		if first := s.polls[0].params; first.Get("timeout") != "20" || first.Get("limit") != "5" {
			t.Errorf("asked with %v", first)
		}
	})
}

func TestUpdatesEndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: slices.Repeat([]func(context.Context) (int, string, error){refuses(500, "x")}, 100)}
		began := time.Now()
		_, err := polling(t, s, PollOptions{}, 10*time.Second, func(context.Context, []Update) error { return nil })
		if took := time.Since(began); err != nil || took != 10*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}
