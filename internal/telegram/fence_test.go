package telegram_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/telegram"
)

// Nothing leaves a process that may not speak for the bot.
func TestNoCallLeavesWithoutTheRight(t *testing.T) {
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		_, _ = w.Write([]byte(`{"ok":true,"result":true}`))
	}))
	t.Cleanup(srv.Close)
	var allowed atomic.Bool
	tg, err := telegram.New(telegram.Options{Token: "1:abc", BaseURL: srv.URL, Allowed: allowed.Load})
	if err != nil {
		t.Fatal(err)
	}
	call := func() error { return tg.Call(t.Context(), "deleteWebhook", nil, nil) }
	for range 2 { // on a new connection, and on one that was kept
		if err := call(); telegram.Classify(err) != telegram.Temporary || calls.Load() != 0 {
			t.Fatalf("without the right: %v, %d calls arrived", err, calls.Load())
		}
		allowed.Store(true)
		if err := call(); err != nil || calls.Load() != 1 {
			t.Fatalf("with the right: %v, %d calls arrived", err, calls.Load())
		}
		calls.Store(0)
		allowed.Store(false)
	}
}

// The right may end while a call is on its way to the socket: it is asked for
// once more there.
func TestCallIsStoppedAtTheSocket(t *testing.T) {
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(srv.Close)
	var asked atomic.Int32
	tg, err := telegram.New(telegram.Options{Token: "1:abc", BaseURL: srv.URL, Allowed: func() bool { return asked.Add(1) == 1 }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := tg.Call(ctx, "deleteWebhook", nil, nil); err == nil || calls.Load() != 0 || asked.Load() < 2 {
		t.Errorf("%v, %d calls arrived, asked %d times", err, calls.Load(), asked.Load())
	}
}
