package feed

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"newsbot/internal/fetch"
)

func TestAsked(t *testing.T) {
	for _, c := range []struct {
		name, head  string
		keep, every time.Duration
	}{
		{"nothing", ``, 0, 0},
		{"ttl", `<ttl> 45 </ttl>`, 45 * time.Minute, 0},
		{"hourly", `<sy:updatePeriod>
			hourly	</sy:updatePeriod><sy:updateFrequency>
			1	</sy:updateFrequency>`, 0, time.Hour},
		{"twice a day", `<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>`, 0, 12 * time.Hour},
		{"no times a day", `<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>`, 0, 24 * time.Hour},
		{"a word of its own", `<sy:updatePeriod>often</sy:updatePeriod>`, 0, 0},
		{"beyond all", `<ttl>999999999</ttl>`, longestAsked, 0},
		{"negative", `<ttl>-5</ttl>`, 0, 0},
		{"in an item", `<item><ttl>60</ttl></item>`, 0, 0},
	} {
		if keep, every := asked(`<rss><channel>` + c.head + `<item><title>t</title></item></channel></rss>`); keep != c.keep || every != c.every {
			t.Errorf("%s: %v, %v", c.name, keep, every)
		}
	}
}

// A server that knows no conditions sends the same body again: it is not read again.
func TestFetchSameBody(t *testing.T) {
	body, tag := `<rss><channel><ttl>30</ttl><item><title>t</title><link>/1</link></item></channel></rss>`, 0
	s, r := newReader(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tag++
		w.Header().Set("ETag", fmt.Sprintf(`W/"%d"`, tag))
		w.Header().Set("Cache-Control", "max-age=90")
		fmt.Fprint(w, body) //nolint:errcheck // a test server
	}))
	src := Source{ID: "a", URL: s.URL}
	first, err := r.Fetch(t.Context(), src, State{})
	if err != nil || first.NotModified || first.Feed.TTL != 30*time.Minute || first.Fresh != 90*time.Second {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := r.Fetch(t.Context(), src, first.State)
	if err != nil || !again.NotModified || again.State.ETag != `W/"2"` || again.State.Hash != first.State.Hash || len(again.Feed.Items) != 0 {
		t.Errorf("the same body: %+v, %v", again, err)
	}
	body += "<!-- -->"
	if changed, err := r.Fetch(t.Context(), src, again.State); err != nil || changed.NotModified || len(changed.Feed.Items) != 1 {
		t.Errorf("another body: %+v, %v", changed, err)
	}
}

// Reasons are those of real answers.
func TestReasonOf(t *testing.T) {
	const good = `<rss><channel><item><title>t</title><link>/1</link></item></channel></rss>`
	mux := http.NewServeMux()
	for code := range map[int]bool{401: true, 403: true, 404: true, 410: true, 418: true, 429: true, 451: true, 502: true} {
		mux.HandleFunc(fmt.Sprintf("/%d", code), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
	for path, body := range map[string]string{"/page": "<!DOCTYPE html><html><title>Sign in</title>", "/json": `{"a":1}`, "/binary": "\x00\x01\x02\x03\x04PK", "/good": good} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }) //nolint:errcheck // a test server
	}
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	mux.Handle("/away", http.RedirectHandler("ftp://example.com/", http.StatusFound))
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, maxBytes+1)) }) //nolint:errcheck // a test server
	s, r := newReader(t, mux)
	r.client = fetch.New(fetch.Options{AllowPrivate: true, Timeout: 2 * time.Second})
	t.Cleanup(r.client.Close)
	closed, _ := newReader(t, mux)
	closed.Close()
	for address, want := range map[string]Reason{
		s.URL + "/good": "", s.URL + "/401": ReasonRefused, s.URL + "/403": ReasonRefused, s.URL + "/451": ReasonRefused, s.URL + "/404": ReasonNotFound,
		s.URL + "/410": ReasonGone, s.URL + "/418": ReasonStatus, s.URL + "/429": ReasonBusy, s.URL + "/502": ReasonServer,
		s.URL + "/page": ReasonPage, s.URL + "/json": ReasonBroken, s.URL + "/binary": ReasonBroken, s.URL + "/round": ReasonRedirects, s.URL + "/away": ReasonPrivate,
		s.URL + "/hang": ReasonNoAnswer, s.URL + "/cut": ReasonUnreachable, s.URL + "/large": ReasonLarge, closed.URL: ReasonClosed,
		"http://169.254.169.254/": ReasonPrivate, "http://name.invalid/": ReasonNoHost, "https" + s.URL[4:] + "/good": ReasonCertificate,
	} {
		_, err := r.Fetch(t.Context(), Source{ID: "a", URL: address}, State{})
		if got := ReasonOf(err); got != want {
			t.Errorf("%s: %q, want %q (%v)", address, got, want, err)
		}
	}
}
