package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Retries of a webhook begin short, as a local server's do, and double.
const (
	firstRetry   = 250 * time.Millisecond
	longestRetry = 60 * time.Second
	hookTimeout  = 60 * time.Second
)

// webhook delivers updates to the bot's own server.
type webhook struct {
	s      *Server
	client *http.Client

	mu      sync.Mutex
	url     string
	secret  string
	max     int
	stop    context.CancelFunc
	lastErr string
	errAt   time.Time
	setAt   time.Time
}

func newWebhook(s *Server) *webhook {
	return &webhook{s: s, client: &http.Client{
		Timeout:       hookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{MaxIdleConnsPerHost: 100},
	}}
}

func (h *webhook) active() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.url != ""
}

var secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// hookAddress checks a webhook's URL: HTTPS on one of four ports, or anything
// on loopback, as a Bot API server in local mode takes it.
func hookAddress(raw string) (string, *apiError) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "", badRequest("bad webhook: invalid URL")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		if u.Scheme == "http" || u.Scheme == "https" {
			return raw, nil
		}
	}
	if u.Scheme != "https" {
		return "", badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !slices.Contains([]string{"", "80", "88", "443", "8443"}, u.Port()) {
		return "", badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	return "", badRequest("bad webhook: Failed to resolve host: only loopback is reached from here")
}

func (r *request) setWebhook() (any, *apiError) {
	s, h := r.s, r.s.hook
	if r.vals["url"] == "" {
		return r.deleteWebhook()
	}
	address, err := hookAddress(r.vals["url"])
	if err != nil {
		return nil, err
	}
	secret := r.vals["secret_token"]
	if secret != "" && !secretPattern.MatchString(secret) {
		if len(secret) > 256 {
			return nil, badRequest("secret token is too long")
		}
		return nil, badRequest("secret token contains unallowed characters")
	}
	connections := int(min(max(r.integer("max_connections", 40), 1), 100))
	h.mu.Lock()
	if now := time.Now(); now.Sub(h.setAt) < time.Second {
		h.mu.Unlock()
		return nil, tooMany(time.Second)
	}
	h.setAt = time.Now()
	h.mu.Unlock()
	names, given := r.allowedUpdates()
	if given {
		s.updates.allow(names)
	}
	s.updates.mu.Lock()
	s.updates.stopPoll(conflictSet)
	if r.bool("drop_pending_updates") {
		s.updates.list = nil
	}
	s.updates.mu.Unlock()
	h.start(address, secret, connections)
	return true, nil
}

// start puts a new webhook in the place of the old.
func (h *webhook) start(address, secret string, connections int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stop != nil {
		h.stop()
	}
	ctx, cancel := context.WithCancel(h.s.ctx)
	h.url, h.secret, h.max, h.stop, h.lastErr = address, secret, connections, cancel, ""
	h.s.wg.Go(func() { h.run(ctx, address, secret, connections) })
}

func (r *request) deleteWebhook() (any, *apiError) {
	h := r.s.hook
	h.mu.Lock()
	if h.stop != nil {
		h.stop()
	}
	h.url, h.secret, h.stop = "", "", nil
	h.mu.Unlock()
	if r.bool("drop_pending_updates") {
		q := r.s.updates
		q.mu.Lock()
		q.list = nil
		q.mu.Unlock()
	}
	return true, nil
}

type wireHookInfo struct {
	URL           string   `json:"url"`
	Certificate   bool     `json:"has_custom_certificate"`
	Pending       int      `json:"pending_update_count"`
	IP            string   `json:"ip_address,omitempty"`
	LastErrorDate int64    `json:"last_error_date,omitempty"`
	LastError     string   `json:"last_error_message,omitempty"`
	Max           int      `json:"max_connections,omitempty"`
	Allowed       []string `json:"allowed_updates,omitempty"`
}

func (r *request) getWebhookInfo() (any, *apiError) {
	h, q := r.s.hook, r.s.updates
	q.mu.Lock()
	info := wireHookInfo{Pending: len(q.list), Allowed: q.names}
	q.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	info.URL = h.url
	if h.url != "" {
		info.Max, info.IP = h.max, "127.0.0.1"
	}
	if h.lastErr != "" {
		info.LastError, info.LastErrorDate = h.lastErr, h.errAt.Unix()
	}
	return info, nil
}

// run delivers until ctx ends. Updates go out in the order of their ids, at
// most connections at a time; a failed one is tried again later and holds up no
// other.
func (h *webhook) run(ctx context.Context, address, secret string, connections int) {
	q := h.s.updates
	slots := make(chan struct{}, connections)
	var flying sync.WaitGroup
	defer flying.Wait()
	next := int64(0) // the first id that is not on its way yet
	for {
		q.mu.Lock()
		q.confirm(0)
		i, _ := slices.BinarySearchFunc(q.list, next, func(u update, id int64) int { return int(u.id - id) })
		todo := slices.Clone(q.list[i:])
		wake := q.wake
		q.mu.Unlock()
		for _, u := range todo {
			next = u.id + 1
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			flying.Go(func() {
				defer func() { <-slots }()
				if h.deliver(ctx, address, secret, u) {
					q.forget(u.id)
				}
			})
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return
		}
	}
}

// forget takes a delivered update away.
func (q *updateQueue) forget(id int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i, ok := slices.BinarySearchFunc(q.list, id, func(u update, id int64) int { return int(u.id - id) }); ok {
		q.list = slices.Delete(q.list, i, i+1)
	}
}

// deliver posts an update until it is taken; false when ctx ended before.
func (h *webhook) deliver(ctx context.Context, address, secret string, u update) bool {
	for wait := firstRetry; ; wait = min(2*wait, longestRetry) {
		after, err := h.post(ctx, address, secret, u)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		h.mu.Lock()
		h.lastErr, h.errAt = err.Error(), h.s.opt.Now()
		h.mu.Unlock()
		if time.Since(u.at) > updateLife {
			return true
		}
		if !sleep(ctx, max(wait, after)) {
			return false
		}
	}
}

// post sends an update once. The answer may hold a method call, which is done.
func (h *webhook) post(ctx context.Context, address, secret string, u update) (retryAfter time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(u.raw))
	if err != nil {
		return 0, parseError("Wrong webhook URL: %s", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	res, err := h.client.Do(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			return 0, telegramError("Connection refused")
		}
		return 0, telegramError("Read timeout expired")
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return 0, telegramError("Connection closed")
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
			retryAfter = time.Duration(min(n, 3600)) * time.Second
		}
		return retryAfter, parseError("Wrong response from the webhook: %s", res.Status)
	}
	h.reply(ctx, body)
	return 0, nil
}

// reply does the call that an answer to a webhook may carry. Its result is not told.
func (h *webhook) reply(ctx context.Context, body []byte) {
	var call map[string]json.RawMessage
	if err := json.Unmarshal(body, &call); err != nil || call["method"] == nil {
		return
	}
	var name string
	if err := json.Unmarshal(call["method"], &name); err != nil {
		return
	}
	lower := lowerASCII(name)
	if len(lower) >= 3 && lower[:3] == "get" || lower == "setwebhook" || lower == "deletewebhook" || lower == "close" || lower == "logout" {
		return
	}
	delete(call, "method")
	params, err := json.Marshal(call)
	if err != nil { // it was JSON a moment ago
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", bytes.NewReader(params))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	h.s.call(discard{http.Header{}}, req, name)
}

// discard is a ResponseWriter for an answer that nobody reads.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
