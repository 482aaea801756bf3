//go:build race

package newsroom

// underRace says that the race detector is on; it makes painting ten times slower.
const underRace = true
