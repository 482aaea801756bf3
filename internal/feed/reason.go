package feed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"

	"newsbot/internal/fetch"
)

// Reason is why a source could not be read, as a class: a short word that is
// stored, counted and translated.
type Reason string

// The reasons. Of the first three one's own network may be the cause, see Unreached.
const (
	ReasonNoHost      Reason = "no_host"     // its name has no address
	ReasonNoAnswer    Reason = "no_answer"   // nothing came in time
	ReasonUnreachable Reason = "unreachable" // no way there, or the connection broke
	ReasonClosed      Reason = "closed"      // its machine answers that nothing listens there
	ReasonCertificate Reason = "certificate"
	ReasonRefused     Reason = "refused"   // 401, 403, 451
	ReasonNotFound    Reason = "not_found" // 404
	ReasonGone        Reason = "gone"      // 410
	ReasonBusy        Reason = "busy"      // 429
	ReasonServer      Reason = "server"    // 5xx
	ReasonStatus      Reason = "status"    // another status
	ReasonPage        Reason = "page"      // a web page where a feed should be
	ReasonBroken      Reason = "broken"    // not a feed, or beyond repair
	ReasonEmpty       Reason = "empty"     // answers, and lists nothing
	ReasonLarge       Reason = "large"     // too many bytes
	ReasonRedirects   Reason = "redirects" // round in circles, or where none may follow
	ReasonPrivate     Reason = "private"   // an address that sources may not have
	ReasonOther       Reason = "unknown"
)

// Reasons are all of them.
func Reasons() []Reason {
	return []Reason{ReasonNoHost, ReasonNoAnswer, ReasonUnreachable, ReasonClosed, ReasonCertificate, ReasonRefused, ReasonNotFound,
		ReasonGone, ReasonBusy, ReasonServer, ReasonStatus, ReasonPage, ReasonBroken, ReasonEmpty, ReasonLarge, ReasonRedirects, ReasonPrivate, ReasonOther}
}

// Unreached says that nothing at all came from the source's side: one's own
// network, when it is down, looks just like it.
func (r Reason) Unreached() bool {
	return r == ReasonNoHost || r == ReasonNoAnswer || r == ReasonUnreachable
}

// ReasonOf is the class of an error of Fetch; empty for none.
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return reasonOfStatus(status.Code)
	}
	for _, c := range []struct {
		is     error
		reason Reason
	}{
		{fetch.ErrPrivateAddress, ReasonPrivate}, {fetch.ErrScheme, ReasonPrivate},
		{fetch.ErrRedirects, ReasonRedirects}, {fetch.ErrDowngrade, ReasonRedirects},
		{fetch.ErrTooLarge, ReasonLarge},
		{ErrHTML, ReasonPage}, {ErrNoItems, ReasonEmpty}, {ErrNotFeed, ReasonBroken}, {ErrBinary, ReasonBroken},
	} {
		if errors.Is(err, c.is) {
			return c.reason
		}
	}
	return reasonOfNetwork(err)
}

func reasonOfStatus(code int) Reason {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusUnavailableForLegalReasons:
		return ReasonRefused
	case code == http.StatusNotFound:
		return ReasonNotFound
	case code == http.StatusGone:
		return ReasonGone
	case code == http.StatusTooManyRequests:
		return ReasonBusy
	case code >= http.StatusInternalServerError:
		return ReasonServer
	default:
		return ReasonStatus
	}
}

func reasonOfNetwork(err error) Reason {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return ReasonCertificate
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return ReasonCertificate
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return ReasonCertificate
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return ReasonCertificate
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return ReasonNoHost
	}
	if errors.Is(err, fetch.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		return ReasonNoAnswer
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return ReasonClosed
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return ReasonUnreachable
	}
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ReasonUnreachable
	}
	return ReasonOther
}
