package rates

import (
	"crypto/tls"
	"crypto/x509"
	"errors"

	"newsbot/internal/fetch"
)

// Trouble is, in a word, why a bank has given no list.
type Trouble string

// The troubles of a bank.
const (
	Unreachable Trouble = "unreachable"     // no connection, or no answer in time
	Certificate Trouble = "certificate"     // its certificate cannot be trusted
	Refused     Trouble = "refused"         // it answers with an error of HTTP
	NotAList    Trouble = "not a list"      // what it answers is no list, or not one for that day
	NoBase      Trouble = "no base in list" // its list lacks the currency that it is to be crossed into
)

// ErrNotAList says that a bank's answer is not a list of rates.
var ErrNotAList = errors.New("not a list of rates")

// TroubleOf names what went wrong when a bank's Fetch failed.
func TroubleOf(err error) Trouble {
	var (
		status    *fetch.StatusError
		missing   *NoRateError
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
	)
	switch {
	case errors.As(err, &missing):
		return NoBase
	case errors.Is(err, ErrNotAList), errors.Is(err, ErrOtherDay), errors.Is(err, fetch.ErrTooLarge):
		return NotAList
	case errors.As(err, &status):
		return Refused
	case errors.As(err, &verify), errors.As(err, &authority), errors.As(err, &invalid), errors.As(err, &host):
		return Certificate
	}
	return Unreachable
}

// Answers says whether the bank says something at all in this trouble, though no list.
func (t Trouble) Answers() bool { return t == NotAList || t == NoBase }
