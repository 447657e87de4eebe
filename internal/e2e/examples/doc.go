// Package examples holds the end-to-end tests of the example flows. They are
// served together by one gateway, whose own stand-in flows answer the calls to
// partners.
package examples
