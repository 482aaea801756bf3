package jobs

import (
	"sync"
	"time"
)

// network tells one's own network that is down from sources that are. It is down
// when several hosts that worked the last time cannot be reached, one after
// another, and none can in between.
type network struct {
	mu      sync.Mutex
	lost    map[string]bool // hosts that worked and have not been reached since any was
	firstAt time.Time       // the first of them
	downAt  time.Time       // zero: it is not down
	tried   bool            // something was reached since the start
}

// lostHosts is how many hosts have to fall silent together. Fewer may do so by chance.
const lostHosts = 3

func newNetwork() *network { return &network{lost: map[string]bool{}} }

// reached notes that a host has answered, be it with an error.
func (n *network) reached() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.lost)
	n.tried = true
	n.firstAt, n.downAt = time.Time{}, time.Time{}
}

// unreached notes that nothing came from a host, and says whether that is the
// network's fault. worked says that its source was read well the last time.
func (n *network) unreached(host string, worked bool, now time.Time) (down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if worked {
		if len(n.lost) == 0 {
			n.firstAt = now
		}
		if n.lost[host] = true; len(n.lost) >= lostHosts && n.downAt.IsZero() {
			n.downAt = n.firstAt
		}
	}
	return !n.downAt.IsZero()
}

// since is when the network went down; zero while it works.
func (n *network) since() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.downAt
}

// known says whether the network has been seen to work since the start.
func (n *network) known() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.tried
}
