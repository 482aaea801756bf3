package telegram

import (
	"context"
	"errors"
	"net"
)

var errFenced = errors.New("not sent: this process may not speak for the bot now")

// fenced is a connection on which nothing leaves a process that may not speak
// for the bot. It is asked at the last moment that there is: a request may have
// waited for its connection, and the process may have been stopped meanwhile.
type fenced struct {
	net.Conn
	allowed func() bool
}

func (f fenced) Write(b []byte) (int, error) {
	if !f.allowed() {
		return 0, errFenced
	}
	return f.Conn.Write(b)
}

type dial func(ctx context.Context, network, address string) (net.Conn, error)

// behindFence makes the connections that dial makes subject to allowed, which
// may be nil.
func behindFence(dial dial, allowed func() bool) dial {
	if allowed == nil {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return fenced{c, allowed}, nil
	}
}
