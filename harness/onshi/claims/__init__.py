"""レセプト電算 files: read, checked, and answered as a 審査支払機関 would."""
