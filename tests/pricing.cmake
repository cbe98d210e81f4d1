headroom_test(unit/test_money.c LINKS headroom::pricing LABELS quick)
headroom_test(unit/test_price_book.c LINKS headroom::pricing LABELS quick)
headroom_test(unit/test_bill.c LINKS headroom::pricing LABELS quick)
headroom_test(unit/test_focus.c LINKS headroom::pricing LABELS quick)
