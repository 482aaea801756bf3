// Package emulator is a strict local Bot API server.
//
// It speaks HTTP as api.telegram.org does and keeps a world of chats, people
// and messages behind it. It knows nothing of any bot: whatever Telegram would
// refuse it refuses with the same words, and what Telegram would let pass
// although the documentation of Bot API 10.3 has no such thing it lets pass and
// notes as a violation in its log of calls. Programs act as people through
// Server's methods (Say, Press, Inline…) and see what people would see
// (Messages, Commands, Events). It listens on loopback only.
package emulator

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Options say what server to start. Only Token and Bot are needed.
type Options struct {
	// Addr is a loopback address; the default is 127.0.0.1:0.
	Addr string
	// Token is the bot's token, such as "1000000001:SANDBOX". It is in no log.
	Token string
	// Bot is the bot's own account. A zero ID is taken from the token.
	Bot User
	// Now gives the dates of messages and the age of what is deleted; nil is
	// time.Now. Long polls, flood limits and retries keep to real time.
	Now func() time.Time
	// Log takes a JSON line for every call; nil is none.
	Log io.Writer
	// FetchURL gets a file that a method names by URL, and its media type. Nil
	// is a GET that goes to loopback addresses only.
	FetchURL func(ctx context.Context, url string) ([]byte, string, error)
	// KeepMessages is how many messages a chat remembers; 0 is 1000.
	KeepMessages int
	// KeepCalls is how many calls the log remembers; 0 is 10000, negative none.
	KeepCalls int
	// KeepEvents is how many events Since can reach back; 0 is 4096.
	KeepEvents int
	// KeepFiles is how many bytes of pictures and documents are kept; the
	// oldest go first. 0 is 256 MiB.
	KeepFiles int64
}

// Server is a running Bot API server.
type Server struct{}

// Start listens and serves. Close ends it.
func Start(o Options) (*Server, error) { return nil, nil }

// URL is the base of the server, such as http://127.0.0.1:8081. Methods are at
// /bot<token>/<method>, files at /file/bot<token>/<path>.
func (s *Server) URL() string { return "" }

// Handler serves the same as the listener does.
func (s *Server) Handler() http.Handler { return nil }

// Close stops all that the server runs and cuts its connections.
func (s *Server) Close() error { return nil }

// Bot is the bot's account.
func (s *Server) Bot() User { return User{} }
