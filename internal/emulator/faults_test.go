package emulator

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// raw posts a message and returns what came back, in whole or in part.
func raw(ctx context.Context, s *Server, method string) (status int, header http.Header, body []byte, err error) {
	values := url.Values{"chat_id": {"501"}, "text": {"x"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/bot"+testToken+"/"+method, strings.NewReader(values.Encode()))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, res.Header, body, err
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name     string
		fault    Fault
		accepted bool // the message is in the chat
		check    func(t *testing.T, status int, header http.Header, body []byte, err error)
	}{
		{"429", Fault{Kind: TooManyRequests, RetryAfter: 7 * time.Second}, false, func(t *testing.T, status int, header http.Header, body []byte, _ error) {
			if status != 429 || header.Get("Retry-After") != "7" || !strings.Contains(string(body), `"parameters":{"retry_after":7}`) {
				t.Errorf("%d %v %s", status, header, body)
			}
		}},
		{"500", Fault{Kind: InternalError}, false, func(t *testing.T, status int, _ http.Header, body []byte, _ error) {
			if status != 500 || !json.Valid(body) {
				t.Errorf("%d %s", status, body)
			}
		}},
		{"502 as HTML", Fault{Kind: BadGatewayHTML}, false, func(t *testing.T, status int, header http.Header, body []byte, _ error) {
			if status != 502 || header.Get("Content-Type") != "text/html" || !strings.HasPrefix(string(body), "<html>") {
				t.Errorf("%d %s", status, body)
			}
		}},
		{"401", Fault{Kind: Unauthorized}, false, func(t *testing.T, status int, _ http.Header, body []byte, _ error) {
			if status != 401 {
				t.Errorf("%d %s", status, body)
			}
		}},
		{"refused as told", Fault{Kind: Refuse, Status: 400, Description: "Bad Request: CHAT_WRITE_FORBIDDEN"}, false, func(t *testing.T, status int, _ http.Header, body []byte, _ error) {
			if status != 400 || !strings.Contains(string(body), "CHAT_WRITE_FORBIDDEN") {
				t.Errorf("%d %s", status, body)
			}
		}},
		{"cut before", Fault{Kind: DropBefore}, false, func(t *testing.T, _ int, _ http.Header, _ []byte, err error) {
			if err == nil {
				t.Error("no error")
			}
		}},
		{"cut after", Fault{Kind: DropAfter}, true, func(t *testing.T, _ int, _ http.Header, _ []byte, err error) {
			if err == nil {
				t.Error("no error")
			}
		}},
		{"half an answer", Fault{Kind: TruncatedJSON}, true, func(t *testing.T, status int, _ http.Header, body []byte, _ error) {
			if status != 200 || json.Valid(body) {
				t.Errorf("%d %s", status, body)
			}
		}},
		{"a slow answer", Fault{Kind: SlowBody, Hang: 50 * time.Millisecond}, true, func(t *testing.T, status int, _ http.Header, body []byte, err error) {
			if status != 200 || !json.Valid(body) || err != nil {
				t.Errorf("%d %s %v", status, body, err)
			}
		}},
		{"late", Fault{Kind: Latency, Hang: 30 * time.Millisecond}, true, func(t *testing.T, status int, _ http.Header, _ []byte, err error) {
			if status != 200 || err != nil {
				t.Errorf("%d %v", status, err)
			}
		}},
		{"hangs", Fault{Kind: Hang, Hang: 30 * time.Millisecond}, false, func(t *testing.T, _ int, _ http.Header, _ []byte, err error) {
			if err == nil {
				t.Error("no error")
			}
		}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s := start(t)
			tc.fault.Times = 1
			s.Inject(tc.fault)
			status, header, body, err := raw(within(t, 10*time.Second), s, "sendMessage")
			tc.check(t, status, header, body, err)
			if there := len(s.Messages(aida)) == 2; there != tc.accepted {
				t.Errorf("accepted: %v, want %v", there, tc.accepted)
			}
			must(t, s, nil, "sendMessage", "chat_id", "501", "text", "the fault is used up")
		})
	}
}

func TestFaultsChoose(t *testing.T) {
	s := start(t)
	clear := s.Inject(Fault{Method: "getUpdates", Kind: EmptyUpdates})
	if list := poll(t, s, "timeout", "50"); len(list) != 0 {
		t.Errorf("got %+v", list)
	}
	must(t, s, nil, "sendMessage", "chat_id", "501", "text", "x")
	clear()
	if list := poll(t, s); len(list) != 1 {
		t.Errorf("got %+v", list)
	}

	s.Inject(Fault{ChatID: 999, Kind: InternalError})
	s.Inject(Fault{Kind: InternalError, Skip: 1, Times: 2})
	var statuses []int
	for range 4 {
		statuses = append(statuses, form(t, s, "sendMessage", "chat_id", "501", "text", "x").Status)
	}
	if statuses[0] != 200 || statuses[1] != 500 || statuses[2] != 500 || statuses[3] != 200 {
		t.Errorf("statuses %v", statuses)
	}
	must(t, s, nil, "getMe")

	s.ClearFaults()
	s.Inject(Fault{Text: "this one", Kind: InternalError})
	for text, want := range map[string]int{"this one": 500, "this one, too": 200} {
		if got := form(t, s, "sendMessage", "chat_id", "501", "text", text).Status; got != want {
			t.Errorf("%q: status %d, want %d", text, got, want)
		}
	}

	s.ClearFaults()
	s.SetSeed(7)
	s.Inject(Fault{Kind: InternalError, Chance: 0.5})
	failed := 0
	for range 100 {
		if !form(t, s, "sendMessage", "chat_id", "501", "text", "x").OK {
			failed++
		}
	}
	if failed < 30 || failed > 70 {
		t.Errorf("%d of 100 failed with a chance of 0.5", failed)
	}
}

func TestLimits(t *testing.T) {
	t.Run("one chat", func(t *testing.T) {
		s := start(t)
		s.SetLimits(Limits{PerChatPerSecond: 0.5, ChatBurst: 2})
		for range 2 {
			must(t, s, nil, "sendMessage", "chat_id", "501", "text", "x")
		}
		r := refused(t, s, "Too Many Requests: retry after 2", "sendMessage", "chat_id", "501", "text", "x")
		if r.Status != http.StatusTooManyRequests || r.Parameters.RetryAfter != 2 || r.Header.Get("Retry-After") != "2" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a group", func(t *testing.T) {
		s := populated(t)
		s.SetLimits(Limits{PerGroupMinute: 3, RetryAfter: 11 * time.Second})
		for range 3 {
			must(t, s, nil, "sendMessage", "chat_id", itoa(groupID), "text", "x")
		}
		refused(t, s, "Too Many Requests: retry after 11", "sendMessage", "chat_id", itoa(groupID), "text", "x")
		must(t, s, nil, "sendMessage", "chat_id", "501", "text", "x")
	})
	t.Run("the whole bot, and paid", func(t *testing.T) {
		s := start(t)
		s.SetLimits(Limits{PerSecond: 5, PaidPerSecond: 100})
		ok := 0
		for range 10 {
			if form(t, s, "sendMessage", "chat_id", "501", "text", "x").OK {
				ok++
			}
		}
		if ok < 5 || ok > 9 { // more than 5 when the machine is slow
			t.Errorf("%d of 10 passed a limit of 5 a second", ok)
		}
		must(t, s, nil, "sendMessage", "chat_id", "501", "text", "x", "allow_paid_broadcast", "true")
	})
}
