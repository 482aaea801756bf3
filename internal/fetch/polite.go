package fetch

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// queues keep a host from being asked by everyone at once: at most perHost
// requests at the same time, and spacing between the beginnings of two.
type queues struct {
	perHost int
	spacing time.Duration

	mu    sync.Mutex
	hosts map[string]*hostQueue
}

type hostQueue struct {
	slots chan struct{}
	users int       // that have a slot or wait for one
	next  time.Time // when the next request may begin
}

// turn is a request's place at a host. It is given back with end.
type turn struct {
	q    *queues
	host string
}

// HostKey names the host of an address for the purpose of sparing it: its name
// in small letters, with the port when that is not its scheme's own.
func HostKey(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" || port == "80" && u.Scheme == "http" || port == "443" && u.Scheme == "https" {
		return host
	}
	return net.JoinHostPort(host, port)
}

// isLoopback says whether an address is of this machine, by how it is written:
// such a host is its operator's own and needs no pause between requests.
func isLoopback(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && addr.Unmap().IsLoopback()
}

// move waits for a place at the host of u, after leaving the one that t had: a
// request that holds none while it waits can never lock another one out.
func (q *queues) move(ctx context.Context, t *turn, u *url.URL) error {
	host := HostKey(u)
	if t.q != nil && t.host == host {
		return q.pause(ctx, u, host)
	}
	t.end()
	q.mu.Lock()
	h := q.hosts[host]
	if h == nil {
		h = &hostQueue{slots: make(chan struct{}, q.perHost)}
		q.hosts[host] = h
	}
	h.users++
	q.mu.Unlock()
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		q.leave(host, false)
		return context.Cause(ctx)
	}
	*t = turn{q: q, host: host}
	return q.pause(ctx, u, host)
}

// pause waits until the host may be asked again.
func (q *queues) pause(ctx context.Context, u *url.URL, host string) error {
	if q.spacing <= 0 || isLoopback(u) {
		return nil
	}
	q.mu.Lock()
	h, now := q.hosts[host], time.Now()
	start := h.next
	if start.Before(now) {
		start = now
	}
	h.next = start.Add(q.spacing)
	q.mu.Unlock()
	wait := time.NewTimer(start.Sub(now))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// end gives the place back; a turn that has none is left as it is.
func (t *turn) end() {
	if t.q != nil {
		t.q.leave(t.host, true)
		t.q = nil
	}
}

func (q *queues) leave(host string, held bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.hosts[host]
	if held {
		<-h.slots
	}
	if h.users--; h.users > 0 {
		return
	}
	if time.Until(h.next) <= 0 {
		delete(q.hosts, host)
	}
	// A host whose pause is not over is kept, and those before it are looked through
	// now and then, so that the map holds no more than what was asked lately.
	const many = 1024
	if len(q.hosts) > many {
		for name, other := range q.hosts {
			if other.users == 0 && time.Until(other.next) <= 0 {
				delete(q.hosts, name)
			}
		}
	}
}

// Fresh is for how long the server said that its answer holds: max-age of
// Cache-Control or else Expires, less the time that the answer spent in caches on
// the way. It is zero when the server said nothing, or that the answer is not to be kept.
func (r *Response) Fresh(now time.Time) time.Duration {
	for directive := range strings.SplitSeq(strings.Join(r.Header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			age := seconds(r.Header.Get("Age"))
			return max(seconds(strings.Trim(value, `" `))-age, 0)
		}
	}
	expires, err := http.ParseTime(r.Header.Get("Expires"))
	if err != nil {
		return 0 // "0" and "-1" are how servers write "at once"
	}
	if date, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		now = date // the server's clock is what Expires was made by
	}
	return min(max(expires.Sub(now), 0), maxFresh)
}

// maxFresh bounds what a server may ask for; a header holds any number.
const maxFresh = 365 * 24 * time.Hour

func seconds(v string) time.Duration {
	n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, int64(maxFresh/time.Second))) * time.Second
}
