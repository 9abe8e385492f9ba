/** Given names and family names that many people have, in small letters: what a misread name may have been. */
export const commonNames: readonly string[] = `
  aaron adam adams albert alexander alice allen allison amanda amber amy anderson andrea andrew angela ann anna anne anthony
  arthur ashley austin bailey baker barbara barnes bell bennett benjamin betty beverly billy bradley brandon brenda brian
  brittany brooks brown bruce bryan bryant butler campbell carl carlos carol carolyn carter catherine charles charlotte cheryl
  christian christina christine christopher clark cole coleman collins cook cooper courtney cox craig crystal cruz cynthia
  daniel danielle david davis dean deborah debra denise dennis diana diane diaz donald donna dorothy douglas dylan edward
  edwards elena elizabeth ellen ellis emily emma eric erin ethan eugene evans evelyn fernandez fisher flores ford foster
  frances frank franklin gabriel garcia gary george gerald gibson gloria gomez gonzalez gordon grace graham grant gray green
  greene gregory griffin gutierrez hall hamilton hannah hansen harold harris harrison harry hart harvey hayes heather helen
  henderson henry hernandez herrera hill hoffman holmes howard hughes hunt hunter irene isabella jack jackson jacob
  jacqueline james jamie jane janet janice jason jean jeffrey jenkins jennifer jensen jeremy jerry jesse jessica jim
  jimenez joan joe john johnson johnston jones jordan jose joseph joshua joyce juan judith judy julia julian julie justin
  karen katherine kathleen kathryn kathy kayla keith kelly kennedy kenneth kevin kim kimberly king knight kyle larry laura
  lauren lawrence lee leo leonard lewis lillian linda lindsay lisa logan long lopez lori louis lucas lynn madison margaret
  maria marie marilyn mark marshall martha martin martinez mary mason matthew mcdonald megan melissa mendoza michael michelle
  miller mills mitchell monica moore morales moreno morgan morris morrison murphy murray myers nancy natalie nathan nelson
  nguyen nicholas nicole nina noah norma norman oliver olivia olson ortiz owens pamela parker patel patricia patrick paul paula
  perez perry peter peters peterson philip phillip phillips pierce porter powell price rachel ralph ramirez ramos randy
  raymond rebecca reed reyes reynolds rice richard richards richardson riley rivera robert roberts robertson robinson
  rodriguez roger rogers romero ronald rosa rose ross roy ruiz russell ruth ryan samantha samuel sanchez sanders sandra
  sara sarah schmidt schultz scott sean sharon shaw shirley silva simmons simon simpson smith snyder sofia sophia spencer
  stephanie stephen steven stevens stewart stone sullivan susan taylor teresa terry theresa thomas thompson timothy torres
  tucker turner tyler vargas vasquez victoria vincent virginia wagner walker wallace walter ward warren washington watson
  wayne weaver webb wells west wheeler white william williams williamson willie wilson wood woods wright young zachary
`.trim().split(/\s+/);
