/* Rounds of five commands that carry this program's mark, in transactions or not.
   usage: marked MARK ROUNDS transactions|free. The mark is P1, the position in a round P2.
   Prints "connected", waits for a line, prints "done" or the code of what failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

static int failed(const char *what, LONG code)
{
	if (code != SCARD_S_SUCCESS) {
		printf("%s %08lX\n", what, code & 0xFFFFFFFFL);
		fflush(stdout);
	}
	return code != SCARD_S_SUCCESS;
}

static int one_round(SCARDHANDLE card, unsigned char mark, int locked)
{
	unsigned char answer[258];

	if (locked && failed("begin", SCardBeginTransaction(card)))
		return 1;
	for (unsigned char i = 0; i < 5; i++) {
		unsigned char read[] = {0x00, 0xB0, mark, i, 0x01};
		DWORD got = sizeof answer;
		if (failed("transmit", SCardTransmit(card, SCARD_PCI_T1, read, sizeof read, NULL, answer, &got)))
			return 1;
	}
	return locked && failed("end", SCardEndTransaction(card, SCARD_LEAVE_CARD));
}

int main(int argc, char **argv)
{
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol, size = 2048;
	char names[2048], line[8];
	int locked;

	if (argc < 4)
		return 2;
	locked = !strcmp(argv[3], "transactions");
	if (failed("establish", SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context))
		|| failed("list", SCardListReaders(context, NULL, names, &size))
		|| failed("connect", SCardConnect(context, names, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol)))
		return 1;
	puts("connected");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 1;
	for (int i = 0; i < atoi(argv[2]); i++)
		if (one_round(card, (unsigned char)atoi(argv[1]), locked))
			return 1;
	SCardDisconnect(card, SCARD_LEAVE_CARD);
	SCardReleaseContext(context);
	puts("done");
	return 0;
}
