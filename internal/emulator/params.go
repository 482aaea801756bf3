package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// apiError is an answer with ok false.
type apiError struct {
	code       int
	text       string
	migrateTo  int64
	retryAfter int // seconds
}

func (e *apiError) Error() string { return e.text }

func badRequest(format string, args ...any) *apiError {
	return &apiError{code: http.StatusBadRequest, text: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func forbidden(format string, args ...any) *apiError {
	return &apiError{code: http.StatusForbidden, text: "Forbidden: " + fmt.Sprintf(format, args...)}
}

// upload is a file in a multipart body.
type upload struct {
	name        string
	contentType string
	data        []byte
}

// maxBody bounds a request: a file of 50 MB and its parameters.
const maxBody = 51 << 20

// request is one call while it is handled.
type request struct {
	s          *Server
	http       *http.Request
	method     *method
	vals       map[string]string
	files      map[string]upload
	violations []string
	chatID     int64 // for the log
}

func (r *request) violate(format string, args ...any) {
	if len(r.violations) < 20 {
		r.violations = append(r.violations, fmt.Sprintf(format, args...))
	}
}

// readParams reads the query string and a body of any of the three kinds.
func (r *request) readParams(w http.ResponseWriter) *apiError {
	r.vals = make(map[string]string, 8)
	if q := r.http.URL.RawQuery; q != "" {
		values, err := url.ParseQuery(q)
		if err != nil {
			return badRequest("can't parse URL query")
		}
		r.take(values)
	}
	if r.http.Body == nil || r.http.Method == http.MethodGet {
		return nil
	}
	contentType := r.http.Header.Get("Content-Type")
	kind, params, _ := mime.ParseMediaType(contentType)
	body := http.MaxBytesReader(w, r.http.Body, maxBody)
	if kind == "multipart/form-data" {
		return r.readMultipart(body, params["boundary"])
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return bodyError(err)
	}
	switch {
	case kind == "application/json":
		return r.readJSON(data)
	case kind == "application/x-www-form-urlencoded", len(data) == 0:
		values, err := url.ParseQuery(string(data))
		if err != nil {
			return badRequest("can't parse parameters from request body")
		}
		r.take(values)
	default:
		r.violate("content type %q is not read", contentType)
	}
	return nil
}

func bodyError(err error) *apiError {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &apiError{code: http.StatusRequestEntityTooLarge, text: "Request Entity Too Large"}
	}
	return badRequest("can't read the request body")
}

func (r *request) take(values url.Values) {
	for k, v := range values {
		r.vals[k] = v[0]
		if len(v) > 1 {
			r.violate("parameter %q is given %d times", k, len(v))
		}
	}
}

func (r *request) readJSON(data []byte) *apiError {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return badRequest("can't parse JSON object")
	}
	for k, raw := range object {
		if len(raw) > 0 && raw[0] == '"' {
			var v string
			if err := json.Unmarshal(raw, &v); err != nil {
				return badRequest("can't parse JSON object")
			}
			r.vals[k] = v
			continue
		}
		r.vals[k] = string(raw)
		if string(raw) == "null" {
			delete(r.vals, k)
			r.violate("parameter %q is null", k)
		}
	}
	return nil
}

func (r *request) readMultipart(body io.Reader, boundary string) *apiError {
	parts := multipart.NewReader(body, boundary)
	r.files = map[string]upload{}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return bodyError(err)
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return bodyError(err)
		}
		if p.FileName() == "" {
			r.vals[p.FormName()] = string(data)
			continue
		}
		r.files[p.FormName()] = upload{name: p.FileName(), contentType: p.Header.Get("Content-Type"), data: data}
	}
}

// check compares the parameters with the documentation: what differs is a
// violation, and text that is no UTF-8 an error.
func (r *request) check() *apiError {
	for name, v := range r.vals {
		if !utf8.ValidString(v) {
			return badRequest("strings must be encoded in UTF-8")
		}
		p, ok := r.method.params[name]
		if !ok {
			if instead, old := deprecated[name]; old {
				r.violate("parameter %q is deprecated: use %s", name, instead)
			} else {
				r.violate("parameter %q is unknown to %s", name, r.method.name)
			}
			continue
		}
		if problem := p.wrong(v); problem != "" {
			r.violate("parameter %q %s", name, problem)
		}
		if p.inert {
			r.violate("parameter %q is not emulated", name)
		}
	}
	for name := range r.files {
		if p, ok := r.method.params[name]; ok && p.kind == kindFile {
			continue
		}
		if !r.attached(name) {
			r.violate("file %q is unknown to %s", name, r.method.name)
		}
	}
	for _, name := range r.method.required {
		_, given := r.vals[name]
		_, file := r.files[name]
		if !given && !file {
			r.violate("parameter %q is missing", name)
		}
	}
	slices.Sort(r.violations)
	return nil
}

func (r *request) attached(name string) bool {
	for _, v := range r.vals {
		if strings.Contains(v, "attach://"+name) {
			return true
		}
	}
	return false
}

// has tells whether a parameter was given and is not empty.
func (r *request) has(name string) bool { return r.vals[name] != "" }

// integer reads an integer; def when it is missing or none.
func (r *request) integer(name string, def int64) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(r.vals[name]), 10, 64)
	if err != nil {
		return def
	}
	return n
}

func truth(v string) bool {
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "true", "yes", "1":
		return true
	}
	return false
}

func (r *request) bool(name string) bool { return truth(r.vals[name]) }

// decode reads a JSON parameter. Fields that its type lacks are violations.
func (r *request) decode(name, raw string, into any) error {
	d := json.NewDecoder(strings.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		r.violate("%s has the unknown field %s", name, field)
		return json.Unmarshal([]byte(raw), into)
	}
	return err
}

// loggable are the parameters as the log keeps them.
func (r *request) loggable() map[string]string {
	out := make(map[string]string, len(r.vals)+len(r.files))
	for k, v := range r.vals {
		if k == "secret_token" {
			v = "<hidden>"
		}
		out[k] = strings.ReplaceAll(v, r.s.opt.Token, "<token>")
	}
	for k, f := range r.files {
		out[k] = fmt.Sprintf("<%s, %d bytes>", f.name, len(f.data))
	}
	return out
}

func isJSON(v string, open byte) bool {
	b := bytes.TrimSpace([]byte(v))
	return len(b) > 0 && (open == 0 || b[0] == open) && json.Valid(b)
}
