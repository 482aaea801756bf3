package telegram

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	tg "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"newsbot/internal/outbox"
)

// benchAnswer is what Telegram answers to sendMessage in a private chat.
const benchAnswer = `{"ok":true,"result":{"message_id":4711,"from":{"id":1000000001,"is_bot":true,"first_name":"Newsbot","username":"newsbot_bot"},` +
	`"chat":{"id":1000001,"first_name":"Reader","type":"private"},"date":1790000000,"text":"` + benchText + `","link_preview_options":{"is_disabled":true}}}`

const benchText = "The bridge at Kapchagay is open again: traffic moves in both directions since this morning, police say."

// cheapServer answers every request with benchAnswer. It is no net/http server,
// so that what is measured is the client and not its other side.
func cheapServer(b *testing.B) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close() })
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(benchAnswer)) + "\r\n\r\n" + benchAnswer)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // closed at the end
			}
			go func() {
				defer conn.Close()
				r := bufio.NewReader(conn)
				for {
					length := 0
					for {
						line, err := r.ReadSlice('\n')
						if err != nil {
							return // the client left
						}
						if len(line) == 2 {
							break
						}
						if v, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
							length, _ = strconv.Atoi(strings.TrimSpace(v)) // net/http writes a number there
						}
					}
					if _, err := r.Discard(length); err != nil {
						return
					}
					if _, err := conn.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + ln.Addr().String()
}

// cannedAnswer is a transport without a network.
type cannedAnswer struct{}

func (cannedAnswer) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		ContentLength: int64(len(benchAnswer)), Body: io.NopCloser(strings.NewReader(benchAnswer)),
	}, nil
}

// benchSides are the senders that are compared: tgbotapi as its manual says,
// and this package.
func benchSides(b *testing.B, base string, transport func() http.RoundTripper) map[string]func(chat int64) error {
	b.Helper()
	bare := &tg.BotAPI{Token: testToken, Client: &http.Client{Transport: transport()}}
	bare.SetAPIEndpoint(base + "/bot%s/%s")
	c, err := New(Options{Token: testToken, BaseURL: base, Transport: transport()})
	if err != nil {
		b.Fatal(err)
	}
	d := outbox.Delivery{Lane: outbox.LaneBulk, Batch: "b", Message: outbox.Message{Text: benchText}}
	return map[string]func(chat int64) error{
		"bare": func(chat int64) error {
			m := tg.NewMessage(chat, benchText)
			m.ParseMode = tg.ModeHTML
			_, err := bare.Send(m)
			return err
		},
		"newsbot": func(chat int64) error {
			d := d
			d.ChatID = chat
			return c.Send(context.Background(), d).Err
		},
	}
}

// BenchmarkSend compares what a message costs through this package and through
// tgbotapi alone: over loopback with 32 connections, and without any network.
func BenchmarkSend(b *testing.B) {
	base := cheapServer(b)
	loopback := benchSides(b, base, func() http.RoundTripper { return &http.Transport{MaxIdleConnsPerHost: 64} })
	alone := benchSides(b, base, func() http.RoundTripper { return cannedAnswer{} })
	for _, side := range []string{"bare", "newsbot"} {
		b.Run("alone/"+side, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				if err := alone[side](int64(i)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for _, side := range []string{"bare", "newsbot"} {
		b.Run("loopback/"+side, func(b *testing.B) {
			b.ReportAllocs()
			began := processorMicros(b)
			var next atomic.Int64
			var group sync.WaitGroup
			for range 32 {
				group.Go(func() {
					for {
						n := next.Add(1)
						if n > int64(b.N) {
							return
						}
						if err := loopback[side](n); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric((processorMicros(b)-began)/float64(b.N), "cpu-µs/op")
		})
	}
}

// processorMicros is the processor time of this process, in microseconds.
func processorMicros(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(fmt.Errorf("getrusage: %w", err))
	}
	return float64(u.Utime.Sec+u.Stime.Sec)*1e6 + float64(u.Utime.Usec+u.Stime.Usec)
}
