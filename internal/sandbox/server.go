package sandbox

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
)

//go:embed web
var web embed.FS

// maxBody is the size of a request in bytes: a picture in base64 is the largest.
const maxBody = 16 << 20

// pagePolicy lets the page use its own files only: no script in the HTML, no
// other origin, no frame around it.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// newsPolicy keeps the newsroom's pages, which share the chat page's origin,
// from running anything.
const newsPolicy = "default-src 'none'; style-src 'unsafe-inline' 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// handler is all that the sandbox serves at its address.
func (s *Sandbox) handler(addr net.Addr) http.Handler {
	mux := http.NewServeMux()
	files, err := fs.Sub(web, "web")
	if err != nil {
		panic("sandbox: embedded files: " + err.Error())
	}
	static := http.FileServerFS(files)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("Cache-Control", "no-cache") // another build may be running tomorrow
		static.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /newsroom/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", newsPolicy)
		s.newsroomHandler().ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /api/state", func(w http.ResponseWriter, r *http.Request) { s.reply(w, s.state()) })
	mux.HandleFunc("GET /api/events", s.getEvents)
	mux.HandleFunc("GET /api/file/{id}", s.getFile)
	mux.HandleFunc("POST /api/say", post(s, s.say))
	mux.HandleFunc("POST /api/press", post(s, s.press))
	mux.HandleFunc("POST /api/clock", post(s, s.moveClock))
	mux.HandleFunc("POST /api/publish", post(s, s.publish))
	mux.HandleFunc("POST /api/rates", post(s, s.rates))
	mux.HandleFunc("POST /api/person", post(s, s.person))
	return guard(addr, http.NewCrossOriginProtection().Handler(mux))
}

func (s *Sandbox) newsroomHandler() http.Handler {
	return http.StripPrefix("/newsroom", s.news.Handler())
}

// guard refuses names that are not ours, so that a page on the web cannot reach
// the sandbox by a name of its own that it points at loopback (DNS rebinding).
func guard(addr net.Addr, next http.Handler) http.Handler {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		panic("sandbox: a TCP listener without a port: " + err.Error())
	}
	var names []string
	for _, host := range []string{"127.0.0.1", "localhost", "::1", strings.TrimSuffix(addr.String(), ":"+port)} {
		names = append(names, net.JoinHostPort(strings.Trim(host, "[]"), port))
		if port == "80" {
			names = append(names, host)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(names, r.Host) {
			http.Error(w, "This page answers at "+addr.String()+" only.", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// refusal is an error whose text is meant for the page.
type refusal struct {
	status int
	code   string // the page has words for it
	err    error
}

func (e *refusal) Error() string { return e.err.Error() }
func (e *refusal) Unwrap() error { return e.err }

func bad(err error) error { return &refusal{http.StatusBadRequest, "bad_request", err} }

// post reads a JSON request, does it and writes the JSON answer. JSON only: a
// form on another site cannot send it without asking first.
func post[In, Out any](s *Sandbox, do func(*http.Request, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
			s.fail(w, &refusal{http.StatusUnsupportedMediaType, "bad_request", errors.New("the body must be application/json")})
			return
		}
		var in In
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			s.fail(w, bad(fmt.Errorf("read the request: %w", err)))
			return
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			s.fail(w, bad(errors.New("read the request: there is more than one JSON value")))
			return
		}
		out, err := do(r, in)
		if err != nil {
			s.fail(w, err)
			return
		}
		s.reply(w, out)
	}
}

func (s *Sandbox) reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.log.Debug("the chat page left before its answer", "err", err)
	}
}

func (s *Sandbox) fail(w http.ResponseWriter, err error) {
	var e *refusal
	if !errors.As(err, &e) {
		e = &refusal{http.StatusInternalServerError, "failed", err}
		s.log.Error("chat page", "err", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.status)
	body := map[string]string{"error": e.Error(), "code": e.code}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.log.Debug("the chat page left before its answer", "err", err)
	}
}

// getFile serves a picture or document that someone sent. What is not a
// picture is only ever saved, not shown: its sender chose its type.
func (s *Sandbox) getFile(w http.ResponseWriter, r *http.Request) {
	data, ctype, ok := s.emu.File(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	switch ctype {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		h.Set("Content-Type", ctype)
	default:
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(r.PathValue("id"))}))
	}
	if _, err := w.Write(data); err != nil {
		s.log.Debug("the chat page left before its picture", "err", err)
	}
}
