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
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	// ReadsAll switches the privacy mode off: the bot gets every message of a
	// group, not only commands, mentions and replies.
	ReadsAll bool
	// Now gives the dates of messages and the age of what is deleted; nil is
	// time.Now. Long polls, flood limits and retries keep to real time.
	Now func() time.Time
	// Log takes a JSON line for every call; nil is none.
	Log io.Writer
	// FetchURL gets a file that a method names by URL, and its media type. Nil
	// is a GET that goes to loopback addresses only.
	FetchURL func(ctx context.Context, url string) ([]byte, string, error)
	// QueryTimeout is how long a callback or inline query can be answered; 0 is 30 s.
	QueryTimeout time.Duration
	// KeepMessages is how many messages a chat remembers; 0 is 1000.
	KeepMessages int
	// KeepCalls is how many calls the log remembers; 0 is 10000, negative none.
	KeepCalls int
	// KeepEvents is how many events Since can reach back; 0 is 4096.
	KeepEvents int
	// KeepFiles is how many bytes of pictures and documents are kept; the
	// oldest go first. 0 is 256 MiB.
	KeepFiles int64
	// KeepTimes keeps the moment of every message for SendTimes.
	KeepTimes bool
	// Crowd are people who need not be made one by one.
	Crowd Crowd
}

// Server is a running Bot API server.
//
// Locks are taken in this order: a chat's, then any of the others, of which
// none is held while another is taken.
type Server struct {
	opt     Options
	bot     User
	methods map[string]*method
	started time.Time

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	ln     net.Listener
	http   *http.Server

	mu    sync.RWMutex // users, chats, names
	users map[int64]*User
	chats map[int64]*chat
	names map[string]int64 // lower-case public usernames of chats

	nextMessage atomic.Int64 // private chats and groups share one sequence
	nextChat    atomic.Int64
	sent        atomic.Int64 // messages of the bot
	statuses    [600]atomic.Int64
	times       sendTimes
	crowd       *crowd

	updates *updateQueue
	hook    *webhook
	queries *queryTable
	profile *profile
	events  *eventHub
	log     *callLog
	faults  *faultSet
	flood   *flood
	files   *fileStore
}

var tokenPattern = regexp.MustCompile(`^[0-9]{1,16}:[A-Za-z0-9_-]{1,80}$`)

// Start listens and serves. Close ends it.
func Start(o Options) (*Server, error) {
	if !tokenPattern.MatchString(o.Token) {
		return nil, errors.New("the token must look like 1000000001:LETTERS")
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.QueryTimeout == 0 {
		o.QueryTimeout = 30 * time.Second
	}
	o.KeepMessages = orDefault(o.KeepMessages, 1000)
	o.KeepCalls = orDefault(o.KeepCalls, 10_000)
	o.KeepEvents = orDefault(o.KeepEvents, 4096)
	if o.KeepFiles == 0 {
		o.KeepFiles = 256 << 20
	}
	if o.FetchURL == nil {
		o.FetchURL = fetchLoopback
	}
	s := &Server{opt: o, bot: o.Bot, started: time.Now(), crowd: newCrowd(o.Crowd), times: sendTimes{keep: o.KeepTimes}}
	s.bot.IsBot = true
	if s.bot.ID == 0 {
		s.bot.ID, _ = strconv.ParseInt(o.Token[:strings.IndexByte(o.Token, ':')], 10, 64) // the pattern holds digits
	}
	if s.bot.FirstName == "" {
		s.bot.FirstName = "Bot"
	}
	if s.bot.Username == "" {
		s.bot.Username = "local_test_bot"
	}
	s.methods = methodTable()
	s.users = map[int64]*User{s.bot.ID: &s.bot}
	s.chats = map[int64]*chat{}
	s.names = map[string]int64{}
	s.nextChat.Store(2_000_000_000)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.updates = newUpdateQueue()
	s.hook = newWebhook(s)
	s.queries = newQueryTable()
	s.profile = newProfile()
	s.events = newEventHub(o.KeepEvents)
	s.log = newCallLog(o.KeepCalls, o.Log)
	s.faults = newFaultSet()
	s.flood = &flood{}
	s.files = newFileStore(o.KeepFiles)

	ln, err := listenLoopback(o.Addr)
	if err != nil {
		s.cancel()
		return nil, err
	}
	s.ln = ln
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 30 * time.Second, BaseContext: func(net.Listener) context.Context { return s.ctx }}
	s.wg.Go(func() {
		// Serve always returns an error; after Close it is the expected one,
		// and before there is nobody to tell but the callers, who see refused connections.
		_ = s.http.Serve(ln)
	})
	return s, nil
}

func orDefault(n, def int) int {
	if n == 0 {
		return def
	}
	return max(n, 0)
}

// listenLoopback listens, and refuses an address that others could reach.
func listenLoopback(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %s: only loopback addresses are allowed", addr)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return ln, nil
}

// URL is the base of the server, such as http://127.0.0.1:8081. Methods are at
// /bot<token>/<method>, files at /file/bot<token>/<path>.
func (s *Server) URL() string { return "http://" + s.ln.Addr().String() }

// Close stops all that the server runs and cuts its connections.
func (s *Server) Close() error {
	s.cancel()
	s.events.close()
	err := s.http.Close()
	s.wg.Wait()
	s.hook.client.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("close the server: %w", err)
	}
	return nil
}

// Bot is the bot's account.
func (s *Server) Bot() User { return s.bot }

// Handler serves the same as the listener does.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Server) serve(w http.ResponseWriter, h *http.Request) {
	path := h.URL.Path
	if rest, ok := strings.CutPrefix(path, "/file/bot"); ok {
		token, name, _ := strings.Cut(rest, "/")
		s.serveFile(w, h, token, name)
		return
	}
	rest, ok := strings.CutPrefix(path, "/bot")
	if !ok {
		writeError(w, &apiError{code: http.StatusNotFound, text: "Not Found"})
		return
	}
	token, name, _ := strings.Cut(rest, "/")
	if h.Method != http.MethodGet && h.Method != http.MethodPost {
		writeError(w, &apiError{code: http.StatusMethodNotAllowed, text: "Method Not Allowed"})
		return
	}
	if token != s.opt.Token {
		text := "Unauthorized"
		if !tokenPattern.MatchString(token) {
			text = "Unauthorized: invalid token specified"
		}
		s.log.add(Call{Time: time.Now(), Method: strings.ReplaceAll(name, s.opt.Token, "<token>"), Status: http.StatusUnauthorized, Description: text})
		writeError(w, &apiError{code: http.StatusUnauthorized, text: text})
		return
	}
	s.call(w, h, name)
}

// call runs one method, its faults and its entry in the log.
func (s *Server) call(w http.ResponseWriter, h *http.Request, name string) {
	begin := time.Now()
	r := &request{s: s, http: h, method: s.methods[strings.ToLower(name)]}
	entry := Call{Time: begin, Method: name}
	if r.method == nil {
		err := &apiError{code: http.StatusNotFound, text: "Not Found: method not found"}
		entry.Status, entry.Description = err.code, err.text
		entry.Violations = []string{fmt.Sprintf("method %q is unknown here", name)}
		s.log.add(entry)
		writeError(w, err)
		return
	}
	entry.Method = r.method.name
	apiErr := r.readParams(w)
	if apiErr == nil {
		apiErr = r.check()
	}
	finish := func(a answer) {
		s.answered(a.status)
		if s.log.off() {
			return
		}
		entry.Params, entry.ChatID, entry.Violations = r.loggable(), r.chatID, r.violations
		entry.Status, entry.OK, entry.Description = a.status, a.status == http.StatusOK, a.description
		entry.Duration = time.Since(begin)
		s.log.add(entry)
	}
	var fault *Fault
	if apiErr == nil {
		r.chatID = r.namedChat()
		fault = s.faults.match(r.method.name, r.chatID, r.vals["text"]+r.vals["caption"])
	}
	if fault != nil && fault.before() {
		a := faultAnswer(fault)
		finish(a)
		s.writeFault(w, h, fault, a)
		return
	}
	if fault != nil && fault.Kind == Latency && !sleep(h.Context(), fault.Hang) {
		finish(answer{description: "the client left"})
		return
	}
	var result any
	if apiErr == nil {
		result, apiErr = r.method.handle(r)
	}
	a := answerOf(result, apiErr)
	if fault != nil && fault.Kind == DropAfter {
		finish(answer{description: "done, and the connection is cut"})
	} else {
		finish(a)
	}
	if h.Context().Err() != nil && s.ctx.Err() == nil {
		return
	}
	if fault != nil {
		s.writeFault(w, h, fault, a)
		return
	}
	a.write(w)
}

// namedChat is the chat that a call names, 0 when it names none that is known.
func (r *request) namedChat() int64 {
	v := r.vals["chat_id"]
	if strings.HasPrefix(v, "@") {
		if c, err := r.s.chatByName(v); err == nil {
			return c.id
		}
	}
	return r.integer("chat_id", 0)
}

// answer is what goes back for a call.
type answer struct {
	status      int
	description string
	retryAfter  int
	contentType string
	body        []byte
}

func answerOf(result any, apiErr *apiError) answer {
	a := answer{status: http.StatusOK, contentType: "application/json"}
	if apiErr == nil {
		raw, err := json.Marshal(result)
		if err == nil {
			// By hand: encoding an envelope would read the result once more.
			a.body = make([]byte, 0, len(raw)+24)
			a.body = append(a.body, `{"ok":true,"result":`...)
			a.body = append(append(a.body, raw...), '}')
			return a
		}
		apiErr = &apiError{code: http.StatusInternalServerError, text: "Internal Server Error: " + err.Error()}
	}
	body, err := json.Marshal(apiErr.envelope())
	if err != nil { // plain fields always encode
		body = []byte(`{"ok":false,"error_code":500,"description":"Internal Server Error"}`)
	}
	a.status, a.description, a.retryAfter, a.body = apiErr.code, apiErr.text, apiErr.retryAfter, body
	return a
}

func (a answer) header(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(a.retryAfter))
	}
	w.WriteHeader(a.status)
}

// write sends the answer. A client that left is no news to anybody here.
func (a answer) write(w http.ResponseWriter) {
	a.header(w)
	_, _ = w.Write(a.body)
}

func writeError(w http.ResponseWriter, e *apiError) { answerOf(nil, e).write(w) }

// sleep waits and tells whether it could.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func asType[T error](err error, target *T) bool { return errors.As(err, target) }
