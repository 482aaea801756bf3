package bot

import (
	"net/url"
	"strings"
	"unicode"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
)

// What a keyboard of links holds at most. Telegram takes a hundred buttons,
// eight in a row; with more than these a message is hidden behind its buttons.
const (
	maxLinkRows  = 20
	maxLinkRow   = 8
	maxLinkLabel = 64   // UTF-16 units; phones show about thirty in a row of one
	maxLinkURL   = 2048 // bytes, as much as browsers agree on
)

// linkError is why a text is no keyboard of links: the message links.<problem>,
// and the line it is about, from 1 on.
type linkError struct {
	problem string
	line    int
}

func (e *linkError) Error() string { return "links: " + e.problem }

// parseLinks reads buttons as editors type them: a line each, "Read more —
// https://example.kz/", several in a row divided by |. The address comes last;
// without a scheme it is https.
func parseLinks(text string) ([][]outbox.Button, error) {
	var rows [][]outbox.Button
	line := 0
	for row := range strings.Lines(text) {
		line++
		if strings.TrimSpace(row) == "" {
			continue
		}
		var buttons []outbox.Button
		for cell := range strings.SplitSeq(row, "|") {
			b, problem := parseLink(cell)
			if problem != "" {
				return nil, &linkError{problem, line}
			}
			buttons = append(buttons, b)
		}
		if len(buttons) > maxLinkRow {
			return nil, &linkError{"row", line}
		}
		if rows = append(rows, buttons); len(rows) > maxLinkRows {
			return nil, &linkError{"rows", line}
		}
	}
	if len(rows) == 0 {
		return nil, &linkError{"none", 1}
	}
	return rows, nil
}

// parseLink reads one button, or says what is wrong with it.
func parseLink(cell string) (b outbox.Button, problem string) {
	words := strings.FieldsFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	if len(words) == 0 {
		return b, "none"
	}
	address, problem := linkAddress(words[len(words)-1])
	if problem != "" {
		return b, problem
	}
	label := strings.TrimSpace(strings.TrimRight(strings.Join(words[:len(words)-1], " "), " -–—:=→>"))
	switch {
	case label == "":
		return b, "label"
	case locale.Units(label) > maxLinkLabel:
		return b, "label_long"
	}
	return outbox.Button{Text: label, URL: address}, ""
}

// linkAddress makes an address that Telegram takes of what was typed.
func linkAddress(s string) (address, problem string) {
	if len(s) > maxLinkURL {
		return "", "address_long"
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", "address"
	case u.Scheme == "tg":
		return s, ""
	case u.Scheme != "http" && u.Scheme != "https":
		return "", "address"
	}
	host := u.Hostname()
	dot := strings.LastIndexByte(host, '.')
	if dot <= 0 || dot == len(host)-1 || u.User != nil || strings.ContainsAny(host, "_ ,;") {
		return "", "address"
	}
	return s, ""
}

// formatLinks writes a keyboard of links as parseLinks reads it.
func formatLinks(rows [][]outbox.Button) string {
	var lines []string
	for _, row := range rows {
		var cells []string
		for _, b := range row {
			cells = append(cells, b.Text+" — "+b.URL)
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	return strings.Join(lines, "\n")
}
