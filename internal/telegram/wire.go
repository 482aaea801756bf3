package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	tg "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// maxAnswer bounds an answer; a hundred updates of the largest kind are far
	// below it.
	maxAnswer = 32 << 20
	// maxWait bounds what a server can make us wait; Telegram's own longest
	// flood waits are about a day.
	maxWait = 48 * time.Hour
	// maxText bounds the text of an error, in characters.
	maxText = 500
)

// wire carries one request for tgbotapi, which knows no context, prints the
// token in network errors and loses the status of answers that are not JSON.
//
// A broadcast is this code a million times over, so two things go past the
// library where that is much cheaper: parameters that are encoded already, and
// the answer to a message, of which only the id counts.
type wire struct {
	ctx    context.Context // of this one request; the library's interface has no room for it
	http   http.RoundTripper
	redact func(string) string
	// allowed says whether the process may speak for the bot now.
	allowed func() bool
	// form, when set, is the request's body in place of the library's.
	form string
	// wantsID says that nothing but the result's message_id is wanted; messageID
	// is it, and 0 when the answer has to be read the long way.
	wantsID   bool
	messageID int64

	status      int
	retryAfter  time.Duration // from the header
	contentType string        // of the answer
	answer      *bytes.Buffer // to be given back when the answer is read
}

// answers are the buffers that answers are read into.
var answers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKept is how large a buffer may be to be used again.
const maxKept = 64 << 10

// release gives the answer's buffer back. The library has copied what it keeps.
func (w *wire) release() {
	if w.answer != nil && w.answer.Cap() <= maxKept {
		answers.Put(w.answer)
	}
	w.answer = nil
}

// shortAnswer is what the library gets to read of an answer whose result is
// known already.
const shortAnswer = `{"ok":true}`

// Do implements tgbotapi's HTTPClient. Its answer is read whole, and is an
// answer of the Bot API.
//
// It is the transport that is asked and no http.Client: a redirect is not
// followed, which would hand the token, which is in the path, to another host.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	if !w.allowed() {
		return nil, errFenced
	}
	req = req.WithContext(w.ctx)
	if w.form != "" {
		req.ContentLength = int64(len(w.form))
		req.Body = io.NopCloser(strings.NewReader(w.form))
		// What lets the transport try again when a kept connection turns out dead.
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(w.form)), nil }
	}
	resp, err := w.http.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	w.status = resp.StatusCode
	w.contentType = resp.Header.Get("Content-Type")
	w.retryAfter = retryAfter(resp.Header.Get("Retry-After"))
	w.answer = answers.Get().(*bytes.Buffer)
	w.answer.Reset()
	_, err = w.answer.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1))
	body := w.answer.Bytes()
	if w.wantsID && w.status == http.StatusOK {
		// Even when the rest does not arrive: the message was taken.
		if w.messageID = leadingID(body); w.messageID != 0 {
			resp.Body = io.NopCloser(strings.NewReader(shortAnswer))
			return resp, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer (HTTP %d): %w", resp.StatusCode, err)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("the answer (HTTP %d) is larger than %d bytes", resp.StatusCode, maxAnswer)
	}
	var envelope struct {
		OK *bool `json:"ok"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.OK == nil {
		return nil, w.foreign()
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// leadingID reads the message_id of an answer that begins with it, as
// Telegram's do; 0 is none.
func leadingID(answer []byte) int64 {
	rest, ok := bytes.CutPrefix(answer, []byte(`{"ok":true,"result":{"message_id":`))
	if !ok {
		return 0
	}
	var id int64
	for i, c := range rest {
		switch {
		case c >= '0' && c <= '9' && i < 18: // more digits do not fit
			id = 10*id + int64(c-'0')
		case c == ',' || c == '}':
			return id
		default:
			return 0
		}
	}
	return 0 // it may go on
}

// foreign is the error for an answer that some proxy or other server gave.
func (w *wire) foreign() error {
	text := fmt.Sprintf("%s (%.40q is not an answer of the Bot API)", http.StatusText(w.status), w.contentType)
	if w.status >= 500 || w.status == http.StatusTooManyRequests {
		return &Error{Code: w.status, Description: w.clean(text), RetryAfter: w.wait(0, "")}
	}
	return fmt.Errorf("HTTP %d %s", w.status, text)
}

// failure is err as callers see it: a refusal as *Error, and everything else as
// *lineError, without the address and the token.
func (w *wire) failure(err error) error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	var refusal *tg.Error
	if errors.As(err, &refusal) {
		code := refusal.Code
		if code == 0 {
			code = w.status
		}
		return &Error{
			Code:        code,
			Description: w.clean(refusal.Message),
			RetryAfter:  w.wait(refusal.RetryAfter, refusal.Message),
			MigrateTo:   refusal.MigrateToChatID,
		}
	}
	var located *url.Error
	if errors.As(err, &located) {
		err = located.Err // without "Post <address with the token>"
	}
	return &lineError{text: w.clean(err.Error()), cause: contextCause(w.ctx, err)}
}

// clean makes a text that the other side may have had a hand in fit for errors,
// which end up in logs and in the database: no token, no control characters, not
// endless.
func (w *wire) clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(w.redact(s), "\uFFFD"))
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText]) + "…"
	}
	return s
}

var retryPattern = regexp.MustCompile(`(?i)retry after ([0-9]{1,9})`)

// wait is how long the server asked to wait: in the parameters, the header or
// the text. A refusal for too many requests always asks for at least a second.
func (w *wire) wait(seconds int, description string) time.Duration {
	if seconds > 0 {
		return min(time.Duration(min(seconds, int(maxWait/time.Second)))*time.Second, maxWait)
	}
	if w.retryAfter > 0 {
		return w.retryAfter
	}
	if m := retryPattern.FindStringSubmatch(description); m != nil {
		return retryAfter(m[1])
	}
	if w.status == http.StatusTooManyRequests {
		return time.Second
	}
	return 0
}

// retryAfter reads a Retry-After in seconds, the only form the Bot API uses.
func retryAfter(s string) time.Duration {
	seconds, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxWait)
}

// lineError is a failure of the connection, or of what came over it. It keeps
// no more of its cause than is known to be free of the token.
type lineError struct {
	text  string
	cause error // context.Canceled, context.DeadlineExceeded or nil
}

func (e *lineError) Error() string { return e.text }
func (e *lineError) Unwrap() error { return e.cause }

func contextCause(ctx context.Context, err error) error {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) || errors.Is(ctx.Err(), cause) {
			return cause
		}
	}
	return nil
}
