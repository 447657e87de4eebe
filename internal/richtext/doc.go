// Package richtext turns Markdown into the forms that issue trackers take: the
// Atlassian Document Format of Jira Cloud, and the wiki markup of Jira Server.
//
// Markdown is CommonMark with the tables and the struck out text of GitHub. It
// is read into a small tree of blocks and spans, which the writers share: one
// file for each form.
//
// Values that are put into Markdown go through [Guard], which makes letters of
// their punctuation and white space, so that nothing in a value is taken for
// formatting, wherever it stands: in a paragraph, a table, a link or a block of
// code. The writers turn guarded characters back. Texts of spans are guarded
// until the tree is done.
package richtext
