package fetch

import (
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// privateV4 and privateV6 are what AllowPrivate opens: loopback, private and
// shared (overlay) networks. Link-local is in neither.
var (
	privateV4 = []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"),
	}
	privateV6 = []netip.Prefix{
		netip.MustParsePrefix("::1/128"),
		netip.MustParsePrefix("fc00::/7"),
	}
	// metadata are cloud metadata services that live inside the networks above.
	metadata = []netip.Addr{
		netip.MustParseAddr("100.100.100.200"),
		netip.MustParseAddr("192.0.0.192"),
		netip.MustParseAddr("fd00:ec2::254"),
		netip.MustParseAddr("fd20:ce::254"),
	}
)

// guard refuses connections by the address that is about to be dialled.
func guard(allowPrivate bool) func(network, address string, c syscall.RawConn) error {
	opts := []ssrf.Option{ssrf.WithAnyPort()}
	if allowPrivate {
		opts = append(opts, ssrf.WithAllowedV4Prefixes(privateV4...), ssrf.WithAllowedV6Prefixes(privateV6...))
	}
	g := ssrf.New(opts...)
	return func(network, address string, c syscall.RawConn) error {
		if ap, err := netip.ParseAddrPort(address); err == nil {
			for _, m := range metadata {
				if ap.Addr().Unmap().WithZone("") == m {
					return fmt.Errorf("%w: %s serves cloud metadata", ErrPrivateAddress, m)
				}
			}
		}
		if err := g.Safe(network, address, c); err != nil {
			return fmt.Errorf("%w: %w", ErrPrivateAddress, err)
		}
		return nil
	}
}
