//go:build race

package article

// raceFactor is how much longer all takes with the race detector.
const raceFactor = 12
