package main

import (
	"slices"
	"strings"
	"testing"
)

// Whose rates are shown is read from four settings that have to fit together.
func TestRatesSettings(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		provider, base, fallback string
		book, second             string
		mistakes                 []string
	}{
		{"as it comes", "nbk", "", "none", "nbk", "", nil},
		{"Russia", "cbr", "", "", "cbr", "", nil},
		{"the base in words of its own", "cbr", "rub", "none", "cbr", "", nil},
		{"computed", "cbr", "uzs", "none", "cbr:UZS", "", nil},
		{"a fallback counts in the same currency", "nbk", "", "cbr", "nbk", "cbr:KZT", nil},
		{"a fallback that is official where the provider is not", "cbr", "KZT", "nbk", "cbr:KZT", "nbk", nil},
		{"its own fallback", "nbk", "", "nbk", "", "", []string{"rates-fallback"}},
		{"no such fallback", "nbk", "", "ecb", "", "", []string{"rates-fallback"}},
		{"no such bank", "ecb", "", "none", "", "", []string{"rates-provider"}},
		{"all wrong", "ecb", "tenge", "none", "", "", []string{"rates-provider", "rates-base"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told []string
			board := flags{RatesProvider: tt.provider, RatesBase: tt.base, RatesFallback: tt.fallback}.readBoard(func(flag, _ string, _ ...any) { told = append(told, flag) })
			if !slices.Equal(told, tt.mistakes) {
				t.Fatalf("mistakes %v, want %v", told, tt.mistakes)
			}
			if len(tt.mistakes) > 0 {
				return
			}
			second := ""
			if board.Fallback != nil {
				second = board.Fallback.Key()
			}
			if board.Key() != tt.book || second != tt.second {
				t.Errorf("%s and %q, want %s and %q", board.Key(), second, tt.book, tt.second)
			}
			if board.Fallback != nil && board.Fallback.Base() != board.Base() {
				t.Errorf("%s beside %s", board.Fallback.Base(), board.Base())
			}
		})
	}
	if _, stderr, code := call(t, map[string]string{"TELEGRAM_BOT_TOKEN": testToken, "RATES_PROVIDER": "cbr", "RATES_FALLBACK": "cbr"}, "doctor"); code != 2 || !strings.Contains(stderr, "RATES_FALLBACK:") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
